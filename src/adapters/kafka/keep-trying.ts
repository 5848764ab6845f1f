import { setTimeout as sleep } from 'node:timers/promises';
import { SeclError } from '../../errors/secl-error.ts';
import { hasType, isTransient } from './kafka-faults.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;
/** First pauses where something is about to come, as the markers of the transaction before. */
const SOON_MS = 4;
/** Later ones, as a share of the time waited so far: a broker that is slow at it is not asked all the more. */
const SOON_SHARE = 0.25;

/** When {@link keepTrying} gives up. */
export interface Patience {
  /** Milliseconds from the first attempt on; `Infinity`: never. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
  /** @defaultValue isTransient */
  readonly again?: (error: unknown) => boolean;
}

/** Pauses; ends early, without an error, when the signal fires. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
  } catch {
    // The caller looks at the signal.
  }
}

/** Whether work ends within a time. @throws What the work throws within it. */
export async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const ended = new AbortController();
  try {
    return await Promise.race([work.then(() => true), pause(ms, ended.signal).then(() => false)]);
  } finally {
    ended.abort();
  }
}

/**
 * Milliseconds to wait after so many failures in a row (at least 1): from 20 ms they double up to 1 s, spread by half,
 * so that many workers do not come back at once.
 */
export function backoffMs(failures: number): number {
  return spread(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS));
}

/**
 * Repeats work that fails for reasons that pass, with pauses of {@link backoffMs}; where a transaction is being ended,
 * with pauses of 4 ms that grow to 1 s as it takes longer.
 *
 * @throws What the last attempt threw; `CANCELLED` when the signal fires.
 */
export async function keepTrying<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  const { patienceMs, signal, again = isTransient } = patience;
  const startedMs = performance.now();
  for (let failures = 1; ; failures++) {
    if (signal?.aborted === true) throw new SeclError('CANCELLED', 'given up');
    try {
      return await work();
    } catch (error) {
      const waitedMs = performance.now() - startedMs;
      if (!again(error) || waitedMs >= patienceMs) throw error;
      const isBusy = hasType(error, 'CONCURRENT_TRANSACTIONS');
      await pause(isBusy ? soonMs(waitedMs) : backoffMs(failures), signal);
    }
  }
}

/** Milliseconds to wait for what may come at any moment: from 4 ms they grow with the time waited, up to 1 s. */
export function soonMs(waitedMs: number): number {
  return spread(Math.min(Math.max(SOON_MS, SOON_SHARE * waitedMs), LONGEST_PAUSE_MS));
}

function spread(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}
