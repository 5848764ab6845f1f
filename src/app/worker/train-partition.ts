import { Observable } from 'rxjs';
import type { RecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { AdapterRecord } from '../../events/adapter.ts';
import type { DeadLetter } from '../../events/dead-letter.ts';
import type { TrainingBatch } from '../../events/training-batch.ts';
import { deadLetterOf } from '../../operators/dead-letter-of.ts';
import { versionKey } from '../../events/adapter-keys.ts';
import type { TraceOptions } from '../../operators/trace-options.ts';
import type { IncomingRecord, OutgoingRecord, PartitionLease } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { contextOfHeaders, linksOfHeaders, traceHeaders } from '../../ports/trace-headers.ts';
import type { Trainer } from '../../ports/trainer.ts';
import type { TopologyTopics } from '../../topology/topology.ts';
import { checkMeasured } from '../../training/check-measured.ts';
import { traceTrainer } from '../trace-trainer.ts';
import type { AdapterIndex, IndexedVersion } from './adapter-index.ts';
import { BATCH_HEADER } from './batch-header.ts';

/** What {@link trainPartition} needs. */
export interface TrainPartitionOptions {
  readonly trainer: Trainer;
  readonly index: AdapterIndex;
  readonly topics: Pick<TopologyTopics, 'adapters' | 'deadLetters'>;
  readonly codecs: Pick<RecordCodecs, 'trainingBatch' | 'adapter' | 'deadLetter'>;
  readonly clock: Clock;
  /** Ends the source before the next batch. */
  readonly drain: AbortSignal;
  /** How steps are traced; absent: they are not. */
  readonly tracing?: Pick<TraceOptions, 'telemetry' | 'memory'> | undefined;
}

/** What became of a training batch. */
export type TrainedBatch =
  | { readonly kind: 'trained'; readonly record: AdapterRecord }
  | { readonly kind: 'known'; readonly batch: TrainingBatch }
  | { readonly kind: 'refused'; readonly letter: DeadLetter };

/** Most bytes of a refused batch's id that go along; a worker waits for none that is longer. */
const MOST_ID_BYTES = 1024;

/** How long a look for the next batch waits. */
const WAIT_MS = 1000;

/**
 * Trains the batches of a leased partition, one after the other. One transaction each: the adapter's version and the
 * place after the batch. A batch whose adapter is already there is passed over; one that makes no sense becomes a
 * dead letter that names it, for the worker that waits.
 *
 *     batches  --a--b--b----
 *     result   ----A---B-·--   ·: known already
 *
 * Unsubscribing cancels the training under way; nothing of it is committed.
 */
export function trainPartition(
  lease: PartitionLease,
  options: TrainPartitionOptions,
): Observable<TrainedBatch> {
  const { index, topics, codecs, clock, drain, tracing } = options;
  const trainer =
    tracing === undefined ? options.trainer : traceTrainer(options.trainer, { ...tracing, clock });

  const refuse = (
    record: IncomingRecord,
    code: string,
    reason: string,
  ): Extract<TrainedBatch, { kind: 'refused' }> => ({
    kind: 'refused',
    letter: deadLetterOf(record, { code, reason }, clock.nowMs()),
  });

  const outcomeOf = async (
    record: IncomingRecord,
    batch: TrainingBatch,
    signal: AbortSignal,
  ): Promise<TrainedBatch> => {
    await index.refresh();
    const versions = index.versions(batch.lineage);
    if (versions.get(batch.ordinal)?.batchId === batch.batchId) return { kind: 'known', batch };
    const objection = misplaced(batch, versions);
    // Without its bytes, which stand on its topic: where several partitions train such letters are many, and whoever
    // follows the lineage reads them all.
    if (objection !== null) return refuse({ ...record, value: null }, 'TRAINING_FAILED', objection);
    const sent = contextOfHeaders(record.headers);
    if (sent !== undefined)
      tracing?.memory.batches.set(batch.batchId, {
        context: sent,
        links: linksOfHeaders(record.headers),
      });
    try {
      return { kind: 'trained', record: checkMeasured(await trainer.train(batch, signal)) };
    } catch (error) {
      if (!(error instanceof SeclError) || error.code !== 'TRAINING_FAILED') throw error;
      return refuse(record, error.code, error.message);
    }
  };

  const outgoing = (trained: TrainedBatch, batch: TrainingBatch | null): OutgoingRecord[] => {
    switch (trained.kind) {
      case 'known':
        return [];
      case 'trained': {
        const value = codecs.adapter.encode(trained.record);
        const step = tracing?.memory.steps.get(batch?.batchId ?? '');
        const key = versionKey(trained.record);
        const headers = step === undefined ? {} : traceHeaders(step);
        return [{ topic: topics.adapters, partition: 0, key, value, headers }];
      }
      case 'refused': {
        const { letter } = trained;
        const headers =
          batch === null
            ? {}
            : {
                [BATCH_HEADER]: new TextEncoder().encode(batch.batchId).subarray(0, MOST_ID_BYTES),
              };
        const value = codecs.deadLetter.encode(letter);
        return [{ topic: topics.deadLetters, partition: 0, key: letter.key, value, headers }];
      }
    }
  };

  return new Observable<TrainedBatch>((subscriber) => {
    const stopped = new AbortController();
    const ended = (): boolean => stopped.signal.aborted;
    const loop = async (): Promise<void> => {
      while (!ended() && !drain.aborted) {
        const [record] = await lease.poll({ maxRecords: 1, waitMs: WAIT_MS });
        if (record === undefined) continue;
        const decoded =
          record.value === null
            ? { ok: false as const, reason: 'the record is empty' }
            : codecs.trainingBatch.decode(record.value);
        const batch = decoded.ok ? decoded.value : null;
        const trained = decoded.ok
          ? await outcomeOf(record, decoded.value, stopped.signal)
          : refuse(record, 'RECORD_INVALID', decoded.reason);
        if (ended()) return;
        await lease.commit({
          nextOffset: record.offset + 1n,
          records: outgoing(trained, batch),
          state: new Map(),
        });
        subscriber.next(trained);
      }
      subscriber.complete();
    };
    loop().catch((error: unknown) => {
      subscriber.error(error);
    });
    return () => {
      stopped.abort();
    };
  });
}

/** Why a batch has no place in its lineage, or `null`: it has. */
function misplaced(
  { batchId, lineage, ordinal, parentVersion, parentSha256 }: TrainingBatch,
  versions: ReadonlyMap<number, IndexedVersion>,
): string | null {
  const newest = Math.max(0, ...versions.keys());
  if (ordinal <= newest)
    return `batch ${batchId} would be version ${ordinal} of ${lineage}, which has come as far as ${newest}: another one was first, and the samples of this one are remembered`;
  if (parentVersion === 0) return null;
  const parent = versions.get(parentVersion);
  if (parent === undefined)
    return `batch ${batchId} has the parent ${parentVersion}, which does not exist`;
  return parent.sha256 === parentSha256
    ? null
    : `batch ${batchId} has other weights of its parent ${parentVersion}`;
}
