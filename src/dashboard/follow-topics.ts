import { setTimeout as sleep } from 'node:timers/promises';
import { createReadPosition, type ReadPosition } from '../broker/read-position.ts';
import type { DashboardInput } from '../dashboard-view/dashboard-input.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import { isHeadKey } from '../events/adapter-keys.ts';
import type { Answer } from '../events/answer.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { Feedback } from '../events/feedback.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { Broker, IncomingRecord } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import { mergeByTime } from './merge-by-time.ts';

/** Names of the topics that the page reads. */
export interface DashboardTopics {
  readonly answers: string;
  readonly feedback: string;
  readonly calibration: string;
  readonly deadLetters: string;
  readonly trainingBatches: string;
  readonly adapters: string;
  readonly adapterDecisions: string;
}

/** How their records are read. */
export interface DashboardCodecs {
  readonly answer: Codec<Answer>;
  readonly feedback: Codec<Feedback>;
  readonly calibrationWindow: Codec<CalibrationWindow>;
  readonly deadLetter: Codec<DeadLetter>;
  readonly trainingBatch: Codec<TrainingBatch>;
  readonly adapter: Codec<AdapterRecord>;
  readonly adapterDecision: Codec<AdapterDecision>;
}

/** What {@link followTopics} needs. */
export interface FollowOptions {
  readonly broker: Pick<Broker, 'topics' | 'bounds' | 'read'>;
  readonly topics: DashboardTopics;
  readonly codecs: DashboardCodecs;
  /** Milliseconds from one look for new records to the next. @defaultValue 300 */
  readonly pollMs?: number;
  /** Milliseconds that a partition may end before what was read of it. @defaultValue 10,000 */
  readonly shortMs?: number;
  readonly onInputs: (inputs: readonly DashboardInput[]) => void;
  /** Told whether the last look reached the broker; `null`: it did. */
  readonly onTrouble: (message: string | null) => void;
}

/** A reader of committed records. */
export interface TopicFollower {
  /** Looks once more, up to the ends as they are now; with what it finds the view is complete. */
  catchUp(): Promise<void>;
  /** Stops looking, once the look under way is over. */
  stop(): Promise<void>;
}

/** Records handed on at once. */
const CHUNK = 500;
/** Partitions of a topic that are read at once: each may hold a megabyte that was fetched. */
const AT_ONCE = 32;

/** Records of a partition that were not read yet, up to its end. */
interface Unread {
  readonly position: ReadPosition;
  readonly end: bigint;
  readonly records: AsyncIterable<IncomingRecord>;
}

type Read = (record: IncomingRecord & { readonly value: Uint8Array }) => DashboardInput;

/** Decodes records of a topic; one that cannot be read is counted, never thrown. */
function reader<K extends Exclude<DashboardInput['kind'], 'unreadable'>>(
  kind: K,
  codec: Codec<Extract<DashboardInput, { kind: K }>['value']>,
): Read {
  return ({ topic, value, timestampMs: atMs }) => {
    const decoded = codec.decode(value);
    return decoded.ok
      ? ({ kind, value: decoded.value, atMs } as DashboardInput)
      : { kind: 'unreadable', value: topic, atMs };
  };
}

/**
 * Follows the topics behind the page, as any reader may: committed records only, in no group, so that it takes nothing
 * from whoever works on them. What retention deleted unread is passed over; a topic that is missing is waited for; a
 * broker that does not answer is asked again.
 */
export function followTopics(options: FollowOptions): TopicFollower {
  const { broker, topics, codecs, pollMs = 300, shortMs, onInputs, onTrouble } = options;
  // Windows first, which are few: whoever opens the page of a long stream sees the verdict at once. Labels before
  // answers: most of these then find theirs.
  const sources: readonly (readonly [string, Read])[] = [
    [topics.calibration, reader('window', codecs.calibrationWindow)],
    [topics.feedback, reader('label', codecs.feedback)],
    [topics.answers, reader('answer', codecs.answer)],
    [topics.deadLetters, reader('dead-letter', codecs.deadLetter)],
    [topics.trainingBatches, reader('batch', codecs.trainingBatch)],
    [topics.adapters, reader('adapter', codecs.adapter)],
    [topics.adapterDecisions, reader('decision', codecs.adapterDecision)],
  ];
  const positions = new Map<string, ReadPosition>();
  const stopped = new AbortController();

  /** What a partition holds that was not read yet; `undefined`: nothing. */
  const unread = async (topic: string, partition: number): Promise<Unread | undefined> => {
    const { earliest, end } = await broker.bounds(topic, partition);
    const key = `${partition}/${topic}`;
    const position = positions.get(key) ?? createReadPosition(0n, shortMs);
    positions.set(key, position);
    const look = () => position.look({ earliest, end }, performance.now());
    if (look() === 'made-again') position.restart(earliest);
    if (look() !== 'unread') return undefined;
    return { position, end, records: broker.read(topic, partition, position.next, stopped.signal) };
  };
  /**
   * Reads partitions of a topic by the time of their records: one after the other, the newest that are kept would be
   * those of the last partition.
   */
  const readPartitions = async (
    topic: string,
    partitions: readonly number[],
    read: Read,
  ): Promise<void> => {
    const found = new Map<number, Unread>();
    for (const partition of partitions) {
      const more = await unread(topic, partition);
      if (more !== undefined) found.set(partition, more);
    }
    let inputs: DashboardInput[] = [];
    const handOn = (): void => {
      if (inputs.length > 0) onInputs(inputs);
      inputs = [];
    };
    try {
      for await (const record of mergeByTime([...found.values()].map(({ records }) => records))) {
        const { key, value, partition } = record;
        const isHead = topic === topics.adapters && isHeadKey(key);
        if (value !== null && !isHead) inputs.push(read({ ...record, value }));
        found.get(partition)?.position.took(record.offset);
        if (inputs.length >= CHUNK) {
          handOn();
          // The process does other work too.
          await sleep(0);
        }
      }
      for (const { position, end } of found.values()) position.reached(end);
    } finally {
      // Whatever ends it: the next look goes on behind what was read.
      handOn();
    }
  };
  const look = async (): Promise<void> => {
    const counts = await broker.topics();
    for (const [topic, read] of sources) {
      const partitions = Array.from({ length: counts.get(topic) ?? 0 }, (_, i) => i);
      for (let from = 0; from < partitions.length; from += AT_ONCE) {
        if (stopped.signal.aborted) return;
        await readPartitions(topic, partitions.slice(from, from + AT_ONCE), read);
      }
    }
  };
  /** Looks once; whatever fails is told and tried again, but for a broker that has been closed. */
  const tryLook = async (): Promise<void> => {
    try {
      await look();
      onTrouble(null);
    } catch (error) {
      if (stopped.signal.aborted) return;
      if (error instanceof SeclError && error.code === 'BROKER_CLOSED') {
        stopped.abort();
        return;
      }
      onTrouble(error instanceof Error ? error.message : 'the broker cannot be read');
    }
  };

  let looking: Promise<void> = Promise.resolve();
  /** Looks follow each other. */
  const lookNext = (): Promise<void> => (looking = looking.then(tryLook));
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await lookNext();
      await sleep(pollMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    catchUp: lookNext,
    stop: async () => {
      stopped.abort();
      await running;
      await looking;
    },
  };
}
