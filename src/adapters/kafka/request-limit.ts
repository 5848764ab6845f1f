/** How long a request may stay without an answer, usually. */
const USUAL_MS = 20_000;
/** The longest that is waited for one. */
const LONGEST_MS = 300_000;
/** After so many limits without a slow request the usual one holds again. */
const CALM_LIMITS = 10;

/**
 * How long a request to a broker may take: twice as long after one that took longer, up to 5 minutes. It would take as
 * long the next time, and be asked for ever. Shared by all connections of one client, which begin with what was learnt
 * on others.
 */
export class RequestLimit {
  readonly #onRaised: ((sentence: string) => void) | undefined;
  #ms = USUAL_MS;
  #slowAtMs = 0;

  /** @param onRaised - Told of each longer limit, in one sentence. */
  constructor(onRaised?: (sentence: string) => void) {
    this.#onRaised = onRaised;
  }

  /** Milliseconds, for connections that are made now. */
  get ms(): number {
    if (performance.now() - this.#slowAtMs > CALM_LIMITS * this.#ms) this.#ms = USUAL_MS;
    return this.#ms;
  }

  /** A request was given up after `limitMs`, which may be shorter than the limit is by now. */
  timedOut(limitMs: number): void {
    this.#slowAtMs = performance.now();
    const next = Math.min(2 * limitMs, LONGEST_MS);
    if (next <= this.#ms) return;
    this.#ms = next;
    this.#onRaised?.(
      `no answer to a request within ${limitMs / 1000} s; from now on each may take ${next / 1000} s`,
    );
  }

  /** A request was answered after so many milliseconds: one that was slow says that a longer limit is still needed. */
  answered(tookMs: number): void {
    if (tookMs > USUAL_MS) this.#slowAtMs = performance.now();
  }
}
