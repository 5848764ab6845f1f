/** Three decimals, or a dash where there is no number. */
export function formatFraction(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

/** A band as `0.123–0.456`, or a dash. */
export function formatBand(band: { readonly low: number; readonly high: number } | null): string {
  return band === null ? '–' : `${band.low.toFixed(3)}–${band.high.toFixed(3)}`;
}

/** An integer with thin groups of thousands: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share as a percentage of one decimal: `5.7%`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** A measure before and after training as `0.1234 → 0.0123`: four decimals, since a loss may be small; or a dash. */
export function formatChange(
  change: { readonly before: number; readonly after: number } | null,
): string {
  return change === null ? '–' : `${change.before.toFixed(4)} → ${change.after.toFixed(4)}`;
}
