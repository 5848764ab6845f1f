import { SeclError } from '../errors/secl-error.ts';
import { printable } from './printable.ts';

/** The file breaks the format: cut off, damaged, or made to do harm. */
export function ggufInvalid(message: string): SeclError {
  return new SeclError('GGUF_INVALID', `Not a valid GGUF file: ${printable(message)}.`, {
    hint: 'Download the file again and compare its checksum with the publisher’s.',
  });
}

/** The file is well-formed as far as can be told, but uses what is not supported here. */
export function ggufUnsupported(message: string, hint: string): SeclError {
  return new SeclError('GGUF_UNSUPPORTED', `${printable(message)}.`, { hint });
}
