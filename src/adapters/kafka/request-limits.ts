/** How long a request may stay without an answer, usually. */
const USUAL_MS = 20_000;
/** The longest that is waited for one. */
const LONGEST_MS = 300_000;
/** After so many limits without a slow request the usual one holds again. */
const CALM_LIMITS = 10;

/**
 * How long a request to each broker may take: twice as long after one that took longer, up to 5 minutes. It would take
 * as long the next time, and be asked for ever. Shared by the clients of one process: a new one begins with what was
 * learnt on others.
 */
export class RequestLimits {
  readonly #onRaised: ((sentence: string) => void) | undefined;
  /** By address, where it is not the usual one. */
  readonly #raised = new Map<string, { readonly ms: number; slowAtMs: number }>();

  /** @param onRaised - Told of each longer limit, in one sentence. */
  constructor(onRaised?: (sentence: string) => void) {
    this.#onRaised = onRaised;
  }

  /** Milliseconds, for connections to a broker that are made now. @param address - `host:port`. */
  ms(address: string): number {
    const raised = this.#raised.get(address);
    if (raised === undefined) return USUAL_MS;
    if (performance.now() - raised.slowAtMs <= CALM_LIMITS * raised.ms) return raised.ms;
    this.#raised.delete(address);
    return USUAL_MS;
  }

  /** A request was given up after `limitMs`, which may be shorter than the limit is by now. */
  timedOut(address: string, limitMs: number): void {
    const ms = Math.max(this.ms(address), Math.min(2 * limitMs, LONGEST_MS));
    const isNews = ms > this.ms(address);
    this.#raised.set(address, { ms, slowAtMs: performance.now() });
    if (isNews)
      this.#onRaised?.(
        `${address} gave no answer to a request within ${limitMs / 1000} s; from now on it may take ${ms / 1000} s`,
      );
  }

  /** A request was answered after so many milliseconds: a slow one says that a longer limit is still needed. */
  answered(address: string, tookMs: number): void {
    const raised = this.#raised.get(address);
    if (raised !== undefined && tookMs > USUAL_MS) raised.slowAtMs = performance.now();
  }
}
