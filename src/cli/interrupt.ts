/** The user's wish to stop. */
export interface Interrupt {
  /** First Ctrl-C or SIGTERM: begin nothing new, finish what is in flight. */
  readonly drain: AbortSignal;
  /** Second one: drop what is in flight; nothing uncommitted is kept. */
  readonly abort: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/**
 * Listens for Ctrl-C and SIGTERM.
 *
 * @param onDrain - Called at the first one, to tell the user what happens now.
 */
export function listenForInterrupt(onDrain: () => void): Interrupt {
  const drain = new AbortController();
  const abort = new AbortController();
  const listener = (): void => {
    if (drain.signal.aborted) {
      abort.abort();
      return;
    }
    drain.abort();
    onDrain();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    drain: drain.signal,
    abort: abort.signal,
    dispose: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
