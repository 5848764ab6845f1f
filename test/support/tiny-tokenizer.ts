import { readFileSync } from 'node:fs';

import type { GgufValue } from '../../src/gguf/metadata.ts';
import { gguf } from './write-gguf.ts';

/** Splitting rules for which there is a small vocabulary. */
export type TinyKind = 'smollm' | 'qwen2';

/** A small vocabulary, and the ids that the Rust tokenizers give for `strings.json` with it. */
export interface TinyVocabulary {
  readonly tokens: readonly string[];
  readonly merges: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

/** The ChatML template, as SmolLM2 and Qwen2 have it but for the default system message. */
export const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

/** Reads a JSON file of `test/golden/tokenizer`; tests run from the repository's root. */
export function readTokenizerGolden(name: string): unknown {
  return JSON.parse(readFileSync(`test/golden/tokenizer/${name}`, 'utf8'));
}

/**
 * Metadata of a small tokenizer of some 900 tokens, trained by `test/golden/tokenizer/make-tiny.py`:
 * `<|endoftext|>`, `<|im_start|>`, `<|im_end|>` are control tokens, `<tool_call>` is a word of its own.
 *
 * @param template - Chat template; `null` for none.
 */
export function tinyTokenizerMetadata(
  kind: TinyKind,
  template: string | null = CHATML,
): Record<string, GgufValue> {
  const { tokens, merges } = readTokenizerGolden(`tiny-${kind}.json`) as TinyVocabulary;
  const typeOf = (text: string): number =>
    text.startsWith('<|') && text.endsWith('|>') ? 3 : text === '<tool_call>' ? 4 : 1;
  return {
    'tokenizer.ggml.model': gguf.text('gpt2'),
    'tokenizer.ggml.pre': gguf.text(kind),
    'tokenizer.ggml.tokens': gguf.texts(tokens),
    'tokenizer.ggml.token_type': gguf.i32s(tokens.map(typeOf)),
    'tokenizer.ggml.merges': gguf.texts(merges),
    'tokenizer.ggml.eos_token_id': gguf.u32(tokens.indexOf('<|im_end|>')),
    'tokenizer.ggml.bos_token_id': gguf.u32(tokens.indexOf('<|endoftext|>')),
    ...(template === null ? {} : { 'tokenizer.chat_template': gguf.text(template) }),
  };
}
