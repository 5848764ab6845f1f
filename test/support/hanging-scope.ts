import type { ModelScope } from '../../src/ports/language-model.ts';

/** A scope whose calls hang until they are cancelled. */
export interface HangingScope {
  readonly scope: ModelScope;
  /** The signal of each call, in order. */
  readonly signals: AbortSignal[];
}

/** Makes a {@link HangingScope}; a cancelled call rejects, as `next` and `score` of a real one do. */
export function hangingScope(): HangingScope {
  const signals: AbortSignal[] = [];
  const hang = (_: unknown, signal?: AbortSignal): Promise<never> =>
    new Promise((_resolve, reject) => {
      if (signal === undefined) throw new Error('called without a signal');
      signals.push(signal);
      signal.addEventListener('abort', () => {
        reject(new Error('cancelled'));
      });
    });
  return {
    signals,
    scope: { generate: hang, next: hang, score: hang, close: () => Promise.resolve() },
  };
}
