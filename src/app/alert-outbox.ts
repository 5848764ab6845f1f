import type { Alert } from '../events/alert.ts';
import type { AlertSink } from '../ports/alert-sink.ts';

/** Alerts on their way out; adding one never waits. */
export interface AlertOutbox {
  add(alerts: readonly Alert[]): void;
  /** Lets what waits go out for so long at most, then gives it up. */
  close(graceMs: number): Promise<void>;
}

/** Alerts that wait at most; the oldest is given up first. */
const MOST_WAITING = 100;

/**
 * Delivers alerts one after the other, behind whoever raises them.
 *
 * @param onTrouble - Told of each alert that was given up, and why.
 */
export function createAlertOutbox(
  sink: AlertSink,
  onTrouble: (message: string) => void,
): AlertOutbox {
  const stopped = new AbortController();
  const waiting: Alert[] = [];
  let working: Promise<void> | undefined;

  const giveUp = ({ rule, state }: Alert, reason: string): void => {
    onTrouble(`the alert ${rule} (${state}) was not delivered to the webhook: ${reason}`);
  };
  const work = async (): Promise<void> => {
    for (let alert = waiting.shift(); alert !== undefined; alert = waiting.shift()) {
      const delivery = stopped.signal.aborted
        ? { ok: false as const, reason: 'the process is ending' }
        : await sink.deliver(alert, stopped.signal);
      if (!delivery.ok) giveUp(alert, delivery.reason);
    }
    working = undefined;
  };
  return {
    add: (alerts) => {
      waiting.push(...alerts);
      while (waiting.length > MOST_WAITING) giveUp(waiting.shift() as Alert, 'too many wait');
      if (waiting.length > 0) working ??= work();
    },
    close: async (graceMs) => {
      const late = setTimeout(() => {
        stopped.abort();
      }, graceMs);
      await working;
      clearTimeout(late);
      stopped.abort();
    },
  };
}
