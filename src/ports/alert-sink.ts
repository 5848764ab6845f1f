import type { Alert } from '../events/alert.ts';

/** What became of a delivery. */
export type Delivery = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Takes alerts to somebody outside. */
export interface AlertSink {
  /**
   * Delivers one alert, trying again where that may help. Never rejects.
   *
   * @param signal - Gives it up.
   */
  deliver(alert: Alert, signal: AbortSignal): Promise<Delivery>;
}
