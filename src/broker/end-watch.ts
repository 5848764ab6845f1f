/** Longest delay that timers take, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Wakes those who wait for something under a name, e.g. for new records in a partition. */
export class EndWatch {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves at the next {@link EndWatch.notify} of this name, when the signal fires, or after `waitMs`. */
  wait(name: string, waitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(name) ?? new Set();
      this.#waiting.set(name, waiting);
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(waitMs, MAX_DELAY_MS));
      signal.addEventListener('abort', wake);
      waiting.add(wake);
    });
  }

  /** Wakes all who wait for this name. */
  notify(name: string): void {
    for (const wake of [...(this.#waiting.get(name) ?? [])]) wake();
  }

  /** Number of waits under way. */
  get waiting(): number {
    let count = 0;
    for (const waiting of this.#waiting.values()) count += waiting.size;
    return count;
  }
}
