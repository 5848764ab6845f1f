import type { RecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { AdapterRecord } from '../../events/adapter.ts';
import { isHeadKey } from '../../events/adapter-keys.ts';
import type { TraceMemory } from '../../operators/trace-memory.ts';
import type { Broker } from '../../ports/broker.ts';
import { contextOfHeaders } from '../../ports/trace-headers.ts';
import { createTopicTail } from './topic-tail.ts';

/** A version by what identifies it, and where its record is. */
export interface IndexedVersion extends Pick<
  AdapterRecord,
  'version' | 'batchId' | 'sha256' | 'optimizerSha256'
> {
  readonly offset: bigint;
}

/** The versions of all lineages, as the adapters' topic has them. Weights stay there until they are asked for. */
export interface AdapterIndex {
  /** Takes in what has been committed since. */
  refresh(): Promise<void>;
  /** By version, of what was taken in. */
  versions(lineage: string): ReadonlyMap<number, IndexedVersion>;
  /**
   * The record of a version that was taken in.
   *
   * @throws SeclError `STATE_MISMATCH` if there is none.
   */
  recordOf(lineage: string, version: number): Promise<AdapterRecord>;
}

/** Who hears of what an {@link AdapterIndex} takes in. */
export interface AdapterIndexOptions {
  /** Learns from which training step each adapter came, as its record says. */
  readonly memory?: TraceMemory | undefined;
  /** Told, in one sentence, of each record that names a version that came of something else. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/**
 * Makes an {@link AdapterIndex}. What cannot be read, and heads, are passed over. A version has one meaning: a second
 * record of it counts only if it has the same weights and comes of the same batch.
 */
export function createAdapterIndex(
  broker: Pick<Broker, 'bounds' | 'read'>,
  topic: string,
  codec: RecordCodecs['adapter'],
  options: AdapterIndexOptions = {},
): AdapterIndex {
  const tail = createTopicTail(broker, topic, 0);
  const lineages = new Map<string, Map<number, IndexedVersion>>();
  return {
    refresh: () =>
      tail.visit(({ key, value, offset, headers }) => {
        if (value === null || isHeadKey(key)) return;
        const decoded = codec.decode(value);
        if (!decoded.ok) return;
        const { lineage, version, batchId, sha256, optimizerSha256 } = decoded.value;
        const versions = lineages.get(lineage) ?? new Map<number, IndexedVersion>();
        lineages.set(lineage, versions);
        const known = versions.get(version);
        if (known !== undefined && (known.batchId !== batchId || known.sha256 !== sha256)) {
          options.onTrouble?.(
            `the adapter ${lineage}/${version} is on ${topic} a second time, at offset ${offset}, with other ` +
              'contents: the first one counts. Trainers of one topic must be of one group.',
          );
          return;
        }
        const step = contextOfHeaders(headers);
        if (batchId !== null && step !== undefined) options.memory?.steps.set(batchId, step);
        // The newest of equal ones: compaction removes the others.
        versions.set(version, { version, batchId, sha256, optimizerSha256, offset });
      }),
    versions: (lineage) => lineages.get(lineage) ?? new Map(),
    recordOf: async (lineage, version) => {
      const known = lineages.get(lineage)?.get(version);
      if (known !== undefined)
        for await (const { value, offset } of broker.read(topic, 0, known.offset)) {
          if (offset !== known.offset || value === null) break;
          const decoded = codec.decode(value);
          if (decoded.ok) return decoded.value;
          break;
        }
      throw new SeclError(
        'STATE_MISMATCH',
        `the adapter ${lineage}/${version} is not on ${topic}`,
        {
          hint: 'Its record was deleted: the topic must be compacted, without retention by age or size.',
        },
      );
    },
  };
}
