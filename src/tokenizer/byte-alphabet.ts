/**
 * The printable stand-ins of bytes in byte-level vocabularies: bytes that print in Latin-1 stand for
 * themselves, the others for the characters from U+0100 on, in order.
 *
 * Source: GPT-2, `bytes_to_unicode`.
 *
 * @returns Shape `[256]`, character by byte.
 */
export function byteAlphabet(): readonly string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(prints ? byte : next++);
  });
}
