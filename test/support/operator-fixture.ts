import type { Question } from '../../src/events/question.ts';
import { NO_LOOP } from '../../src/operators/question-batch.ts';
import type { PlannedBatch, RecordBatch, ScopedBatch } from '../../src/operators/question-batch.ts';
import type { IncomingRecord, PartitionCommit, PartitionLease } from '../../src/ports/broker.ts';
import type { ModelScope } from '../../src/ports/language-model.ts';
import type { Codec } from '../../src/ports/record-codec.ts';
import { planned, question } from './secl-fixture.ts';
import { scriptedScope } from './scripted-scope.ts';

/** A codec in JSON; bytes that are none are refused as a value. */
export function jsonCodec<T>(): Codec<T> {
  return {
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (bytes) => {
      try {
        return { ok: true, value: JSON.parse(new TextDecoder().decode(bytes)) as T };
      } catch {
        return { ok: false, reason: 'not JSON' };
      }
    },
  };
}

const questionCodec = jsonCodec<Question>();

/** An input record; a question is encoded, bytes and `null` are as they are. */
export function recordOf(
  offset: number,
  value: Partial<Question> | Uint8Array | null,
  more: Partial<IncomingRecord> = {},
): IncomingRecord {
  return {
    topic: 'questions',
    partition: 2,
    offset: BigInt(offset),
    key: new TextEncoder().encode(`key${offset}`),
    value:
      value === null || value instanceof Uint8Array
        ? value
        : questionCodec.encode(question({ id: `q${offset}`, ...value })),
    headers: {},
    timestampMs: 0,
    ...more,
  };
}

/** A lease under a test's control. */
export interface FakeLease extends PartitionLease {
  /** What was asked of `poll`, in order. */
  readonly polls: { readonly maxRecords: number; readonly waitMs: number }[];
  readonly commits: PartitionCommit[];
  /** Makes records available. */
  push(...records: readonly IncomingRecord[]): void;
  /** Takes the partition away: polls fail. */
  revoke(): void;
}

/** How a {@link FakeLease} behaves. */
export interface FakeLeaseOptions {
  readonly records?: readonly IncomingRecord[];
  readonly state?: ReadonlyMap<string, Uint8Array>;
  /** Replaces the commit; what it does not reject counts as committed. */
  readonly commit?: (commit: PartitionCommit) => Promise<void>;
  /** Called when a poll finds nothing, in the place of waiting; what it pushes comes with the next poll. */
  readonly onIdle?: (waitMs: number) => void;
  /** Most records a poll gives, whatever it asks for. */
  readonly pollLimit?: number;
}

/** Makes a {@link FakeLease}. Polls never wait; they give way to other work once. */
export function fakeLease(options: FakeLeaseOptions = {}): FakeLease {
  const queue = [...(options.records ?? [])];
  const revoked = new AbortController();
  const lease: FakeLease = {
    topic: 'questions',
    partition: 2,
    startOffset: 0n,
    state: options.state ?? new Map<string, Uint8Array>(),
    revoked: revoked.signal,
    polls: [],
    commits: [],
    push: (...records) => {
      queue.push(...records);
    },
    revoke: () => {
      revoked.abort(new Error('revoked'));
    },
    poll: async (request) => {
      lease.polls.push(request);
      await new Promise((resolve) => setImmediate(resolve));
      if (revoked.signal.aborted) throw new Error('revoked');
      if (queue.length === 0) {
        options.onIdle?.(request.waitMs);
        return [];
      }
      return queue.splice(0, Math.min(request.maxRecords, options.pollLimit ?? Infinity));
    },
    commit: async (commit) => {
      await options.commit?.(commit);
      lease.commits.push(commit);
      return [];
    },
  };
  return lease;
}

/** A batch of records. */
export function recordBatch(
  records: readonly IncomingRecord[],
  lease: PartitionLease = fakeLease(),
): RecordBatch {
  return { lease, records };
}

/** A batch whose questions are all planned. */
export function plannedBatch(
  offsets: readonly number[],
  over: Partial<Question> = {},
): PlannedBatch {
  const records = offsets.map((offset) => recordOf(offset, over));
  return {
    ...recordBatch(records),
    ...NO_LOOP,
    planned: records.map((record, i) => ({
      record,
      plan: planned({ id: `q${offsets[i] ?? ''}`, ...over }),
    })),
    unanswerable: [],
    startedMs: 0,
  };
}

/** A planned batch in a scope. */
export function scopedBatch(
  offsets: readonly number[],
  scope: ModelScope = scriptedScope(),
  more: Partial<ScopedBatch> = {},
): ScopedBatch {
  return { ...plannedBatch(offsets), scope, answers: [], ...more };
}
