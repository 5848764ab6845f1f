/** Weight of the last mantissa bit by biased exponent of an IEEE half; exponent 0 (subnormal) as 1. */
const LAST_BIT = Float64Array.from(
  { length: 31 },
  (_, exponent) => 2 ** (Math.max(exponent, 1) - 25),
);

/**
 * The number that an IEEE 754 half (binary16) stands for; exact.
 *
 * @param bits - Unsigned 16-bit integer.
 */
export function halfToFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  let size: number;
  if (exponent === 31) size = fraction === 0 ? Infinity : NaN;
  else size = (exponent === 0 ? fraction : fraction + 1024) * LAST_BIT[exponent]!;
  return bits & 0x8000 ? -size : size;
}
