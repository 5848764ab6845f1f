import { Observable } from 'rxjs';
import { SeclError } from '../errors/secl-error.ts';
import type { IncomingRecord, PartitionLease } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Credit } from './credit.ts';
import type { RecordBatch } from './question-batch.ts';

/** How input is cut into batches. */
export interface PollOptions {
  /** Most records in a batch. */
  readonly maxBatch: number;
  /**
   * How long a batch waits to fill up, from its first records on; `null`: until it is full, and one that is not when
   * the source is drained is given up, to be read again. No meaning with `recordsLeft`.
   */
  readonly maxWaitMs: number | null;
  /**
   * Records up to the end of a bounded stream: then batches are cut by count alone, each full but the
   * last, so that a restart cuts them the same way. `null`: the stream has no end.
   */
  readonly recordsLeft: number | null;
  /**
   * Whether the partition's end is taken for the stream's: a batch that has begun there is not waited for to fill
   * up. Whoever restarts cuts it the same way unless more records have come. @defaultValue false
   */
  readonly toEnd?: boolean | undefined;
  readonly credit: Credit;
  readonly clock: Clock;
  /** Ends the source after the batch it is filling; what is in flight goes on. */
  readonly drain: AbortSignal;
}

/** How long one wait for the first record of a batch lasts before drain and revocation are looked at again. */
const IDLE_WAIT_MS = 1000;

/**
 * Reads a leased partition in batches, one permit of `credit` each; whoever finishes a batch gives it back.
 *
 *     partition  a b c d e .   maxBatch = 2, recordsLeft = 5
 *     result     [a b]--[c d]--[e]|
 *
 * @returns Cold: each subscription reads on from where the lease stands. Errors with `FENCED` when the
 *   partition is taken away.
 */
export function pollBatches(lease: PartitionLease, options: PollOptions): Observable<RecordBatch> {
  const { maxBatch, maxWaitMs, credit, clock, drain, toEnd = false } = options;
  const bounded = options.recordsLeft !== null;
  return new Observable<RecordBatch>((subscriber) => {
    const stopped = new AbortController();
    const ended = (): boolean => stopped.signal.aborted || drain.aborted;
    const either = AbortSignal.any([stopped.signal, drain, lease.revoked]);

    const fill = async (limit: number): Promise<IncomingRecord[]> => {
      const records: IncomingRecord[] = [];
      let fullByMs = Infinity;
      while (records.length < limit && !stopped.signal.aborted) {
        // A bounded batch that has begun is filled even while draining, or a restart would cut it elsewhere.
        if (records.length === 0 && drain.aborted) break;
        if (!bounded && maxWaitMs === null && drain.aborted) return [];
        const patient = records.length === 0 || bounded || maxWaitMs === null;
        const leftMs = fullByMs - clock.monotonicMs();
        if (!patient && leftMs <= 0) break;
        const polled = await lease.poll({
          maxRecords: limit - records.length,
          waitMs: patient ? IDLE_WAIT_MS : leftMs,
        });
        if (toEnd && polled.length === 0 && records.length > 0) break;
        if (records.length === 0 && polled.length > 0)
          fullByMs = clock.monotonicMs() + (maxWaitMs ?? Infinity);
        records.push(...polled);
      }
      return records;
    };

    const loop = async (): Promise<void> => {
      let left = options.recordsLeft ?? Infinity;
      while (left > 0 && !ended()) {
        try {
          await credit.take(either);
        } catch (error) {
          if (ended()) break;
          throw error;
        }
        const records = await fill(Math.min(maxBatch, left));
        if (records.length === 0 || stopped.signal.aborted) {
          credit.give();
          continue;
        }
        left -= records.length;
        subscriber.next({ lease, records });
      }
      subscriber.complete();
    };

    loop().catch((error: unknown) => {
      subscriber.error(
        lease.revoked.aborted
          ? new SeclError(
              'FENCED',
              `partition ${lease.partition} of ${lease.topic} was taken away`,
              {
                retryable: true,
                cause: error,
              },
            )
          : error,
      );
    });
    return () => {
      stopped.abort();
    };
  });
}
