import { EXIT } from './exit-code.ts';

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
 * Listens for Ctrl-C and SIGTERM. The third one ends the process at once, with 130: whatever has hung by then will
 * not drop its work either. The log holds what was committed, as after `kill -9`.
 *
 * @param onDrain - Called at the first one, to tell the user what happens now.
 * @param exit - Ends the process. @defaultValue `process.exit`
 */
export function listenForInterrupt(
  onDrain: () => void,
  exit: (code: number) => void = (code) => process.exit(code),
): Interrupt {
  const drain = new AbortController();
  const abort = new AbortController();
  const listener = (): void => {
    if (abort.signal.aborted) {
      exit(EXIT.interrupted);
      return;
    }
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

/** Resolves once the user wants to stop. */
export async function untilDrain({ drain }: Pick<Interrupt, 'drain'>): Promise<void> {
  if (drain.aborted) return;
  await new Promise<void>((resolve) => {
    drain.addEventListener('abort', () => resolve(), { once: true });
  });
}
