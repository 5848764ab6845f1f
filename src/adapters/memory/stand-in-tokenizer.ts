import type { ChatMessage, TokenIds, Tokenizer } from '../../ports/tokenizer.ts';
import type { StandInVocabulary } from './stand-in-vocabulary.ts';

/** A word with the space before it, or one other character. */
const PIECE = / ?[A-Za-z]+|[^]/gu;

/**
 * The stand-in model's tokenizer: known words are one token, other words pairs of letters, anything else
 * its UTF-8 bytes. Chats are written as ChatML.
 */
export class StandInTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly endTokenIds: TokenIds;
  readonly #vocabulary: StandInVocabulary;
  readonly #encoder = new TextEncoder();

  constructor(vocabulary: StandInVocabulary) {
    this.#vocabulary = vocabulary;
    this.vocabularySize = vocabulary.size;
    this.endTokenIds = [this.#special('<|im_end|>'), this.#special('<|endoftext|>')];
  }

  encode(text: string): TokenIds {
    const { ids } = this.#vocabulary;
    const out: number[] = [];
    for (const piece of text.match(PIECE) ?? []) {
      const id = ids.get(piece);
      if (id !== undefined) out.push(id);
      else if (piece > '\u007f') out.push(...this.#encoder.encode(piece));
      else this.#spell(piece, out);
    }
    return out;
  }

  decode(ids: TokenIds): string {
    const decoder = new TextDecoder();
    let text = '';
    for (const id of ids)
      if (id < 256) text += decoder.decode(Uint8Array.of(id), { stream: true });
      else {
        text += decoder.decode(); // bytes that a word cuts short are not a character
        if (id < 256 + this.#vocabulary.ids.size) text += this.#vocabulary.texts[id] ?? '';
      }
    return text + decoder.decode();
  }

  specialTokenId(text: string): number | undefined {
    return this.#vocabulary.specials.get(text);
  }

  encodeChat(messages: readonly ChatMessage[]): TokenIds {
    return [
      ...messages.flatMap(({ role, content }) => [...this.#turn(role, content), ...this.#end()]),
      ...this.#turn('assistant', ''),
    ];
  }

  encodeFollowUp(_messages: readonly ChatMessage[], followUp: string): TokenIds {
    return [
      ...this.#end(),
      ...this.#turn('user', followUp),
      ...this.#end(),
      ...this.#turn('assistant', ''),
    ];
  }

  /** ASCII, in pairs of small letters where it can. */
  #spell(piece: string, out: number[]): void {
    for (let at = 0; at < piece.length; at++) {
      const pair = this.#vocabulary.ids.get(piece.slice(at, at + 2));
      if (pair === undefined) out.push(piece.charCodeAt(at));
      else {
        out.push(pair);
        at++;
      }
    }
  }

  #turn(role: string, content: string): number[] {
    return [this.#special('<|im_start|>'), ...this.encode(`${role}\n`), ...this.encode(content)];
  }

  #end(): number[] {
    return [this.#special('<|im_end|>'), ...this.encode('\n')];
  }

  #special(text: string): number {
    return this.#vocabulary.specials.get(text) as number;
  }
}
