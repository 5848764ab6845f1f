import { precondition } from '../errors/secl-error.ts';

/** Permits for work in flight. RxJS has no back-pressure of its own: a source takes one before each batch. */
export interface Credit {
  /** Resolves once a permit is free, in the order of the calls; rejects with the signal's reason if it fires first. */
  take(signal: AbortSignal): Promise<void>;
  /** Gives a permit back. */
  give(): void;
  /** Permits out now. */
  readonly inFlight: number;
}

/**
 * Makes a {@link Credit} with a number of permits.
 *
 * @param permits - A positive integer.
 */
export function createCredit(permits: number): Credit {
  precondition(Number.isInteger(permits) && permits > 0, `permits = ${permits}`);
  let inFlight = 0;
  const waiting: (() => void)[] = [];
  return {
    get inFlight() {
      return inFlight;
    },
    take: (signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        if (inFlight < permits) {
          inFlight += 1;
          resolve();
          return;
        }
        const grant = (): void => {
          signal.removeEventListener('abort', refuse);
          resolve();
        };
        const refuse = (): void => {
          waiting.splice(waiting.indexOf(grant), 1);
          reject(signal.reason as Error);
        };
        waiting.push(grant);
        signal.addEventListener('abort', refuse, { once: true });
      }),
    give: () => {
      const next = waiting.shift();
      // A waiting taker inherits the permit, so `inFlight` stays as it is.
      if (next === undefined) inFlight -= 1;
      else next();
    },
  };
}
