import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';
import type { SchemaRegistry } from '../../ports/schema-registry.ts';
import { confluentId } from './confluent-frame.ts';
import { readRegistered, type ReadRegistered } from './registered-schema.ts';

/** Schemas of a registry by id, looked up before records are decoded. */
export interface WriterSchemas {
  /** The schema of an id that has been learnt, or how a sentence on the id goes on. Never throws. */
  find(id: number): ReadRegistered;
  /**
   * Looks up what the ids in values stand for, each once however many ask; `undefined`: all is known already. Whoever
   * decodes a value has waited for this.
   *
   * @throws SeclError `REGISTRY_FAILED` while the registry cannot be asked: of such values nothing can be said.
   */
  learn(values: readonly (Uint8Array | null)[]): Promise<void> | undefined;
}

/** What {@link createWriterSchemas} needs. */
export interface WriterSchemasOptions {
  readonly registry: Pick<SchemaRegistry, 'schemaOf'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** An id that is not known is asked for once more after so long: a registry of several nodes learns late. */
  readonly recheckMs?: number;
}

/** How long an id that is not known is taken to be so. */
const UNKNOWN_MS = 60_000;
/** Most ids that are remembered as not known: they may be anything, since records have them. */
const MOST_UNKNOWN = 1000;

/** Makes {@link WriterSchemas}. What a registry gives an id never changes, so it is kept as long as the process. */
export function createWriterSchemas({
  registry,
  clock,
  recheckMs = 200,
}: WriterSchemasOptions): WriterSchemas {
  const known = new Map<number, ReadRegistered>();
  const unknownSinceMs = new Map<number, number>();
  const lookups = new Map<number, Promise<void>>();

  const isSettled = (id: number): boolean => {
    if (known.has(id)) return true;
    const sinceMs = unknownSinceMs.get(id);
    return sinceMs !== undefined && clock.monotonicMs() - sinceMs < UNKNOWN_MS;
  };

  const lookUp = async (id: number): Promise<void> => {
    let found = await registry.schemaOf(id);
    if (found === undefined) {
      await sleep(recheckMs);
      found = await registry.schemaOf(id);
    }
    if (found !== undefined) {
      known.set(id, readRegistered(found));
      return;
    }
    const [oldest] = unknownSinceMs.keys();
    if (unknownSinceMs.size >= MOST_UNKNOWN && oldest !== undefined) unknownSinceMs.delete(oldest);
    unknownSinceMs.set(id, clock.monotonicMs());
  };

  const lookUpOnce = (id: number): Promise<void> => {
    const under = lookups.get(id);
    if (under !== undefined) return under;
    const lookup = lookUp(id).finally(() => lookups.delete(id));
    lookups.set(id, lookup);
    return lookup;
  };

  return {
    find: (id) => known.get(id) ?? { ok: false, reason: 'the registry does not know' },
    learn: (values) => {
      const ids = new Set<number>();
      for (const value of values) {
        const id = value === null ? undefined : confluentId(value);
        if (id !== undefined && !isSettled(id)) ids.add(id);
      }
      return ids.size === 0 ? undefined : learnAll([...ids].map(lookUpOnce));
    },
  };
}

/** Waits for all, so that none is left alone with its error. */
async function learnAll(lookups: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(lookups))
    if (result.status === 'rejected') throw result.reason;
}
