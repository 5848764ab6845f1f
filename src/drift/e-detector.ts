/** Exponent of the betting function: small ones stake more on small p-values. */
const KAPPA = 0.2;

/**
 * The e-value of a p-value: `κ·p^(κ−1)`, of mean 1 over uniform p. Being convex, it has a mean of at most 1 over
 * mid-ranks too.
 *
 * @param p - In `(0, 1]`.
 * Source: Vovk and Wang 2021, section 2.
 */
export function bet(p: number): number {
  return KAPPA * p ** (KAPPA - 1);
}

/**
 * The Shiryaev-Roberts e-detector, in logarithms: `M = e·(1 + M)`. Where every e-value has a mean of at most 1 given
 * the past, firing at `M ≥ A` leaves on average at least `A` steps between false alarms.
 *
 * @param logSum - `ln M`; `null` at the start, where `M = 0`.
 * Source: Shin, Ramdas, Rinaldo 2022, definition 2.3 and proposition 2.4.
 */
export function stepEDetector(logSum: number | null, e: number): number {
  if (logSum === null) return Math.log(e);
  return Math.log(e) + Math.max(0, logSum) + Math.log1p(Math.exp(-Math.abs(logSum)));
}
