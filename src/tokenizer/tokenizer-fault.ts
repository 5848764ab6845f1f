import { SeclError } from '../errors/secl-error.ts';
import { printable } from '../gguf/printable.ts';

/** The vocabulary is of a kind, or in a state, that cannot be used. */
export function tokenizerUnsupported(message: string): SeclError {
  return new SeclError('TOKENIZER_UNSUPPORTED', `${printable(message)}.`, {
    hint: 'Use a model with a byte-level BPE vocabulary of SmolLM2 or Qwen2, converted by a current llama.cpp.',
  });
}

/** The chat template is missing, broken, or cannot be used safely. */
export function chatTemplateInvalid(message: string, cause?: unknown): SeclError {
  return new SeclError('CHAT_TEMPLATE_INVALID', `${printable(message)}.`, {
    hint: 'Use an instruction-tuned model whose GGUF carries its chat template in `tokenizer.chat_template`.',
    ...(cause === undefined ? {} : { cause }),
  });
}
