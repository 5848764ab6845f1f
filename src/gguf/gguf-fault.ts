import { SeclError } from '../errors/secl-error.ts';

/** Longest message in UTF-16 code units: names from the file are part of messages, and may be long. */
const MAX_MESSAGE = 300;

/** Text of the file may reach a terminal: no escape sequences, no screens full. */
function printable(message: string): string {
  const safe = message.replaceAll(/\p{Cc}/gu, '\uFFFD');
  return safe.length > MAX_MESSAGE ? `${safe.slice(0, MAX_MESSAGE)} …` : safe;
}

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
