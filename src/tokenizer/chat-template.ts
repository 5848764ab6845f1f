import { Template } from '@huggingface/jinja';

import type { ChatMessage } from '../ports/tokenizer.ts';
import { chatTemplateInvalid } from './tokenizer-fault.ts';

/** A piece of a rendered conversation: whether the template wrote it, or a message. */
export interface RenderedPiece {
  readonly origin: 'template' | 'message';
  readonly text: string;
}

/** A model's chat template. */
export interface ChatTemplate {
  /**
   * Renders a conversation up to where the assistant starts to write.
   *
   * @returns Pieces that make the rendered text; what messages said is kept apart.
   * @throws SeclError `CHAT_TEMPLATE_INVALID` if the template refuses the conversation, or rewrites
   *   messages so that they cannot be told from its own text.
   */
  render(messages: readonly ChatMessage[]): readonly RenderedPiece[];
}

/**
 * Around the number of a message while the template is rendered: characters for private use, in pairs
 * that nothing else contains.
 */
const OPEN = '\u{F8FF}\u{F0001}';
const CLOSE = '\u{F0002}\u{F8FF}';
const MARK = new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'u');

/**
 * In front of every template: takes away the library's `strftime_now`, which would read the clock, so
 * that a prompt does not change overnight. Templates that want it test whether it is defined. The empty
 * expression keeps a line break at the template's start from being trimmed with the block.
 */
const NO_CLOCK = "{% set strftime_now = not_defined %}{{ '' }}";

/** A text without the white space at its ends, and that white space, as the library's `trim` sees it. */
function splitEnds(text: string): { before: string; core: string; after: string } {
  const core = text.trim();
  if (core === '') return { before: text, core, after: '' };
  const start = text.indexOf(core);
  return { before: text.slice(0, start), core, after: text.slice(start + core.length) };
}

/**
 * Parses a chat template (Jinja).
 *
 * Messages are rendered as marks, and the marks are then replaced: so a message cannot pass for the
 * template's own text, whatever it spells. White space around a message stays outside the mark, for
 * templates that trim. A second rendering with the real texts must give the same whole; a template
 * whose output depends on what messages say fails that.
 *
 * @param source - The template.
 * @param names - Values of `bos_token` and `eos_token`.
 * @throws SeclError `CHAT_TEMPLATE_INVALID` if it cannot be parsed.
 */
export function parseChatTemplate(
  source: string,
  names: { readonly beginText: string; readonly endText: string },
): ChatTemplate {
  let template: Template;
  try {
    template = new Template(NO_CLOCK + source);
  } catch (error) {
    throw chatTemplateInvalid('The chat template in the model file cannot be parsed', error);
  }
  const run = (messages: readonly ChatMessage[]): string => {
    try {
      return template.render({
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
        bos_token: names.beginText,
        eos_token: names.endText,
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw chatTemplateInvalid(
        `The model’s chat template refuses the conversation: ${reason}`,
        error,
      );
    }
  };
  return {
    render(messages) {
      const parts = messages.map(({ content }) => splitEnds(content));
      const marked = run(
        messages.map(({ role }, i) => {
          const { before, core, after } = parts[i]!;
          return { role, content: core === '' ? before : `${before}${OPEN}${i}${CLOSE}${after}` };
        }),
      );
      // `split` with one group gives the template's text, a message's number, the template's text, …
      const pieces = marked.split(MARK).map((text, i): RenderedPiece => {
        if (i % 2 === 0) return { origin: 'template', text };
        return { origin: 'message', text: parts[Number(text)]?.core ?? '' };
      });
      if (pieces.map(({ text }) => text).join('') !== run(messages)) {
        throw chatTemplateInvalid('The model’s chat template rewrites what messages say');
      }
      return pieces.filter(({ text }) => text !== '');
    },
  };
}
