/** Three decimals, or a dash where there is no number. */
export const fraction = (value) => (value === null ? '–' : value.toFixed(3));

/** A band as `0.123–0.456`, or a dash. */
export const band = (value) =>
  value === null ? '–' : `${fraction(value.low)}–${fraction(value.high)}`;

/** An integer with groups of thousands. */
export const count = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Time of day in UTC, with the date where it is another day than today. */
export function time(ms) {
  if (!(Math.abs(ms) <= 8.64e15)) return '–';
  const iso = new Date(ms).toISOString();
  const today = new Date().toISOString().slice(0, 10);
  return iso.slice(0, 10) === today
    ? iso.slice(11, 19)
    : `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
}

/** A span of time in the unit that fits it. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
