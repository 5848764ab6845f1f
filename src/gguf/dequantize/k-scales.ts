/**
 * Unpacks the eight 6-bit scales and eight 6-bit minima of a Q4_K or Q5_K block from 12 bytes.
 *
 * Bytes 0–3 hold scales 0–3 in their low six bits, bytes 4–7 minima 0–3; bytes 8–11 hold the low
 * nibbles of scales (low) and minima (high) 4–7, whose upper two bits are the upper bits of bytes 0–7.
 *
 * @param at - Where the 12 bytes start.
 * @param scales - Written, shape `[8]`.
 * @param minima - Written, shape `[8]`.
 */
export function unpackKScales(
  bytes: Uint8Array,
  at: number,
  scales: Uint8Array,
  minima: Uint8Array,
): void {
  for (let j = 0; j < 4; j++) {
    const scale = bytes[at + j]!;
    const minimum = bytes[at + 4 + j]!;
    const lows = bytes[at + 8 + j]!;
    scales[j] = scale & 63;
    minima[j] = minimum & 63;
    scales[j + 4] = (lows & 15) | ((scale >> 6) << 4);
    minima[j + 4] = (lows >> 4) | ((minimum >> 6) << 4);
  }
}
