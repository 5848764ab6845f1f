/**
 * A span in the unit that fits it: `119 min`, `47 h`, `2 days`.
 *
 * @param ms - Milliseconds, not negative.
 */
export function spanText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
