/**
 * How long something will still take, as a progress line says it: `45 s left`, `12 min left`, `2 h 17 min left`.
 *
 * @param seconds - Not negative; rounded up, so that it never says that nothing is left.
 */
export function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 120) return `${whole} s left`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 120) return `${minutes} min left`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
