import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { SHORT_MS } from '../../broker/read-position.ts';
import { SeclError } from '../../errors/secl-error.ts';
import {
  concernsLineage,
  OUTDATED_CODE,
  type AdapterDecision,
} from '../../events/adapter-decision.ts';
import type { AdapterRecord } from '../../events/adapter.ts';
import type { Objection } from '../../learning/decide-adapter.ts';
import type { TrainingOutcome } from '../../operators/settle-adapters.ts';
import type { TraceMemory } from '../../operators/trace-memory.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TopologyTopics } from '../../topology/topology.ts';
import { createAdapterIndex } from './adapter-index.ts';
import { BATCH_HEADER } from './batch-header.ts';
import { createTopicTail } from './topic-tail.ts';

/** A decision and where it stands on its topic. */
export interface PlacedDecision {
  readonly decision: AdapterDecision;
  readonly offset: number;
}

/** What has become of one lineage: its versions, what was decided of them, and batches that gave none. */
export interface LineageFollower {
  /** Looks, unless somebody has just looked. Whoever calls it may rely on what was committed before the last look. */
  look(): Promise<void>;
  /** What came of a batch, as of the last look. */
  outcomeOf(batchId: string, ordinal: number): Promise<TrainingOutcome | undefined>;
  recordOf(version: number): Promise<AdapterRecord>;
  /**
   * Decisions from an offset on, as of the last look, and the offset after them. Where the topic has ended before that
   * offset for longer than a leader takes to begin, it was deleted and made again: all of its decisions come.
   */
  decisionsFrom(offset: number): {
    readonly decisions: readonly PlacedDecision[];
    readonly next: number;
  };
}

/** What {@link followLineage} needs. */
export interface FollowOptions {
  readonly broker: Pick<Broker, 'bounds' | 'read'>;
  readonly topics: Pick<
    TopologyTopics,
    'adapters' | 'adapterDecisions' | 'deadLetters' | 'trainingBatches'
  >;
  readonly codecs: Pick<RecordCodecs, 'adapter' | 'adapterDecision' | 'deadLetter'>;
  readonly lineage: string;
  readonly clock: Clock;
  /**
   * How long another partition may take to decide about a version that this one has a batch for as well,
   * milliseconds. @defaultValue 60,000
   */
  readonly decideWithinMs?: number | undefined;
  /** Learns where adapters came from. */
  readonly memory?: TraceMemory;
  /** Told of what is wrong with adapters, in one sentence each. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/** Looks at the topics come at most so often: each asks the broker three times. */
const LOOK_EVERY_MS = 100;

const DECIDE_WITHIN_MS = 60_000;

/** Follows a lineage for all partitions of a worker. */
export function followLineage(options: FollowOptions): LineageFollower {
  const { broker, topics, codecs, lineage, clock, decideWithinMs = DECIDE_WITHIN_MS } = options;
  const index = createAdapterIndex(broker, topics.adapters, codecs.adapter, options);
  const decisions = createTopicTail(broker, topics.adapterDecisions, 0);
  const letters = createTopicTail(broker, topics.deadLetters, 0);
  const decided: PlacedDecision[] = [];
  const failures = new Map<string, Objection>();
  /** Since when a version is waited for that is undecided. */
  const undecided = new Map<number, number>();
  /** Offset up to which decisions were taken in by whole looks: another one may be under way, or have failed. */
  let decidedTo = 0;
  /** Since when a state has read further than the topic goes, by the offset that it has read to. */
  const ahead = new Map<number, number>();
  let lookedMs = -Infinity;
  let looking: Promise<void> | undefined;

  const lookNow = async (): Promise<void> => {
    await decisions.visit(({ value, offset }) => {
      const decoded = value === null ? null : codecs.adapterDecision.decode(value);
      // What cannot be read is no order; `secl adapter list` reports it.
      if (decoded?.ok === true && concernsLineage(decoded.value, lineage))
        decided.push({ decision: decoded.value, offset: Number(offset) });
    });
    const readTo = Number(decisions.next);
    // After the decisions: an adapter is there before anybody decides about it, and who obeys a decision asks for it.
    await index.refresh();
    decidedTo = readTo;
    await letters.visit(({ headers, value }) => {
      const id = headers[BATCH_HEADER];
      const decoded = value === null || id === undefined ? null : codecs.deadLetter.decode(value);
      if (id === undefined || decoded?.ok !== true) return;
      const { sourceTopic, code, reason } = decoded.value;
      if (sourceTopic === topics.trainingBatches)
        failures.set(new TextDecoder().decode(id), { code, reason });
    });
    lookedMs = clock.monotonicMs();
  };

  return {
    look: async () => {
      if (looking === undefined && clock.monotonicMs() - lookedMs < LOOK_EVERY_MS) return;
      looking ??= lookNow().finally(() => {
        looking = undefined;
      });
      await looking;
    },
    outcomeOf: async (batchId, ordinal) => {
      const version = index.versions(lineage).get(ordinal);
      if (version?.batchId === batchId) return { record: await index.recordOf(lineage, ordinal) };
      if (version !== undefined) {
        const reason = `version ${ordinal} has come of another batch`;
        if (decided.some(({ decision }) => decision.version === ordinal))
          return { failure: { code: OUTDATED_CODE, reason } };
        // What is trained next should add to it, so it is waited for what becomes of it: not for ever, since its
        // partition decides at its next question, and that may never come.
        const nowMs = clock.monotonicMs();
        const sinceMs = undecided.get(ordinal) ?? nowMs;
        undecided.set(ordinal, sinceMs);
        if (nowMs - sinceMs < decideWithinMs) return undefined;
        const seconds = Math.round(decideWithinMs / 1000);
        const late = `${reason}, and its partition has not decided in ${seconds} s`;
        return { failure: { code: OUTDATED_CODE, reason: late } };
      }
      const failure = failures.get(batchId);
      return failure === undefined ? undefined : { failure };
    },
    recordOf: (version) => index.recordOf(lineage, version),
    decisionsFrom: (offset) => {
      const decisionsAt = (first: number): readonly PlacedDecision[] =>
        decided.filter((placed) => placed.offset >= first && placed.offset < decidedTo);
      if (offset <= decidedTo) {
        ahead.delete(offset);
        return { decisions: decisionsAt(offset), next: decidedTo };
      }
      const sinceMs = ahead.get(offset) ?? clock.monotonicMs();
      ahead.set(offset, sinceMs);
      if (clock.monotonicMs() - sinceMs < SHORT_MS) return { decisions: [], next: offset };
      ahead.delete(offset);
      options.onTrouble?.(
        `${topics.adapterDecisions} ends at ${decidedTo}, and ${offset} were read of it: it was deleted and made again, ` +
          'and is read from its beginning',
      );
      return { decisions: decisionsAt(0), next: decidedTo };
    },
  };
}

/**
 * Waits for what comes of a batch.
 *
 * @throws SeclError `TRAINING_FAILED` after `timeoutMs`; `CANCELLED` when a signal fires.
 */
export async function awaitOutcome(
  follower: Pick<LineageFollower, 'look' | 'outcomeOf'>,
  batch: { readonly batchId: string; readonly ordinal: number },
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  const startedMs = clock.monotonicMs();
  for (;;) {
    if (signal.aborted) throw new SeclError('CANCELLED', 'nobody waits for the adapter any more');
    await follower.look();
    const outcome = await follower.outcomeOf(batch.batchId, batch.ordinal);
    if (outcome !== undefined) return outcome;
    if (clock.monotonicMs() - startedMs > timeoutMs)
      throw new SeclError(
        'TRAINING_FAILED',
        `no adapter came of batch ${batch.batchId} in ${Math.round(timeoutMs / 1000)} s`,
        {
          hint: 'See that a trainer runs (`secl trainer`, or the trainer service), then start the worker again.',
        },
      );
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
