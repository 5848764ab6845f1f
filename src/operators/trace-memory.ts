import type { TraceContext } from '../ports/telemetry.ts';

/** A map that forgets its oldest entries. */
export interface BoundedMap<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** What was begun lately, so that what it causes later can be linked to it. A restart forgets it. */
export interface TraceMemory {
  /** Questions that were traced, by id. */
  readonly questions: BoundedMap<TraceContext>;
  /** Training batches that were sent, by their id, with the questions they came from. */
  readonly batches: BoundedMap<{
    readonly context: TraceContext;
    readonly links: readonly TraceContext[];
  }>;
  /** Training steps, by the id of their batch. */
  readonly steps: BoundedMap<TraceContext>;
}

/** A {@link BoundedMap} of so many entries. */
function boundedMap<T>(most: number): BoundedMap<T> {
  const entries = new Map<string, T>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    },
  };
}

/** An empty {@link TraceMemory}: 2048 questions, 64 batches and steps. */
export function traceMemory(): TraceMemory {
  return { questions: boundedMap(2048), batches: boundedMap(64), steps: boundedMap(64) };
}
