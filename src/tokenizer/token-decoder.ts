import type { TokenIds } from '../ports/tokenizer.ts';
import { byteAlphabet } from './byte-alphabet.ts';
import type { Vocabulary } from './vocabulary.ts';

const utf8Bytes = (text: string): number[] => Array.from(new TextEncoder().encode(text));

/** The bytes a normal token stands for; characters outside the byte alphabet stand for themselves. */
function bytesOf(token: string, byteOf: ReadonlyMap<string, number>): number[] {
  const bytes: number[] = [];
  for (const char of token) {
    const byte = byteOf.get(char);
    if (byte === undefined) return utf8Bytes(token);
    bytes.push(byte);
  }
  return bytes;
}

/**
 * Makes the decoder of a vocabulary. Control and unused tokens are left out, as are ids that are none;
 * bytes that are not UTF-8 become U+FFFD, which is why a text must be decoded as a whole.
 */
export function tokenDecoder(vocabulary: Vocabulary): (ids: TokenIds) => string {
  const { tokens, normalIds, wordIds } = vocabulary;
  const byteOf = new Map(byteAlphabet().map((char, byte) => [char, byte]));
  const text = new TextDecoder('utf-8', { ignoreBOM: true });
  return (ids) => {
    const bytes: number[] = [];
    for (const id of ids) {
      const token = tokens[id];
      if (token === undefined) continue;
      if (normalIds.get(token) === id) bytes.push(...bytesOf(token, byteOf));
      else if (wordIds.get(token) === id) bytes.push(...utf8Bytes(token));
    }
    return text.decode(Uint8Array.from(bytes));
  };
}
