import type { AlertInput } from '../alerts/alert-facts.ts';
import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import type { Broker, IncomingRecord, PartitionBounds } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { TopologyTopics } from '../topology/topology.ts';
import { BATCH_HEADER } from './worker/batch-header.ts';
import { createTopicTail, type TopicTail } from './worker/topic-tail.ts';

/** What {@link createAlertSource} reads. */
export interface AlertSourceOptions {
  readonly broker: Pick<Broker, 'topics' | 'bounds' | 'read'>;
  readonly topics: Pick<
    TopologyTopics,
    'answers' | 'calibration' | 'deadLetters' | 'adapterDecisions'
  >;
  readonly codecs: Pick<RecordCodecs, 'calibrationWindow' | 'adapterDecision'>;
  /** How long a partition may end before what was read of it, milliseconds. @defaultValue 10,000 */
  readonly shortMs?: number | undefined;
  /** Told, in one sentence, of each partition whose topic was deleted and made again. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/**
 * Gives what is new at each call, in portions, each read once the one before has been taken. Throws where the broker
 * does not answer: what was read before comes first, and the next call goes on behind it.
 */
export type AlertSource = (
  signal: AbortSignal,
) => AsyncGenerator<readonly AlertInput[], void, undefined>;

/** Offsets at the end of a topic among which its newest record is looked for; offsets have gaps. */
const LOOK_BACK = 64n;
/** A portion ends at so many records, or with the record that brings it to so many bytes. */
const PORTION_RECORDS = 1000;
const PORTION_BYTES = 1024 * 1024;

/** Records by minute, as one input each. */
function countByMinute(
  kind: 'answers' | 'dead-letters',
  records: readonly IncomingRecord[],
): AlertInput[] {
  const minutes = new Map<number, { count: number; atMs: number }>();
  for (const { timestampMs } of records) {
    const minute = Math.floor(timestampMs / 60_000);
    const { count, atMs } = minutes.get(minute) ?? { count: 0, atMs: timestampMs };
    minutes.set(minute, { count: count + 1, atMs: Math.max(atMs, timestampMs) });
  }
  return [...minutes.values()].map(({ count, atMs }) => ({ kind, count, atMs }));
}

/** Records in portions. What was read before a failure is given before it: its tail has moved on. */
async function* inPortions(
  records: AsyncIterable<IncomingRecord>,
): AsyncGenerator<readonly IncomingRecord[], void, undefined> {
  let portion: IncomingRecord[] = [];
  let bytes = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const record of records) {
      portion.push(record);
      bytes += record.value?.length ?? 0;
      if (portion.length < PORTION_RECORDS && bytes < PORTION_BYTES) continue;
      yield portion;
      portion = [];
      bytes = 0;
    }
  } catch (error) {
    failure = { error };
  }
  if (portion.length > 0) yield portion;
  if (failure !== undefined) throw failure.error;
}

/**
 * Reads what alerts take note of: windows and decisions from the beginning, answers and dead letters, which are only
 * counted, from now on. In no group, so that it takes nothing from whoever works on the topics. A topic that was deleted
 * and made again is read from its beginning.
 */
export function createAlertSource({
  broker,
  topics,
  codecs,
  shortMs,
  onTrouble = () => undefined,
}: AlertSourceOptions): AlertSource {
  const tails = new Map<string, TopicTail>();

  /** The newest record that was there before watching began, told without being counted. */
  const newestBefore = async (
    topic: string,
    partition: number,
    { earliest, end }: PartitionBounds,
    signal: AbortSignal,
  ): Promise<AlertInput[]> => {
    const from = end - LOOK_BACK < earliest ? earliest : end - LOOK_BACK;
    let atMs: number | undefined;
    if (from < end)
      for await (const record of broker.read(topic, partition, from, signal))
        atMs = Math.max(atMs ?? record.timestampMs, record.timestampMs);
    return atMs === undefined ? [] : [{ kind: 'answers', count: 0, atMs }];
  };
  const decode = <K extends 'window' | 'decision'>(
    kind: K,
    codec: Codec<Extract<AlertInput, { kind: K }>['value']>,
    records: readonly IncomingRecord[],
  ): AlertInput[] =>
    records.flatMap(({ value }) => {
      const decoded = value === null ? undefined : codec.decode(value);
      return decoded?.ok === true ? [{ kind, value: decoded.value } as AlertInput] : [];
    });

  return async function* (signal) {
    const partitions = await broker.topics();
    async function* newOf(
      topic: string,
      from: 'beginning' | 'end',
      inputsOf: (records: readonly IncomingRecord[]) => AlertInput[],
    ): ReturnType<AlertSource> {
      for (let partition = 0; partition < (partitions.get(topic) ?? 0); partition++) {
        const place = `${partition}/${topic}`;
        let tail = tails.get(place);
        if (tail === undefined) {
          const bounds = await broker.bounds(topic, partition);
          const first = from === 'beginning' ? bounds.earliest : bounds.end;
          tail = createTopicTail(broker, topic, partition, first, shortMs, onTrouble);
          if (topic === topics.answers) yield await newestBefore(topic, partition, bounds, signal);
          tails.set(place, tail);
        }
        for await (const records of inPortions(tail.each(signal))) yield inputsOf(records);
      }
    }
    yield* newOf(topics.calibration, 'beginning', (records) =>
      decode('window', codecs.calibrationWindow, records),
    );
    yield* newOf(topics.adapterDecisions, 'beginning', (records) =>
      decode('decision', codecs.adapterDecision, records),
    );
    yield* newOf(topics.answers, 'end', (records) => countByMinute('answers', records));
    yield* newOf(topics.deadLetters, 'end', (records) =>
      countByMinute(
        'dead-letters',
        // Training batches are no questions; what is refused of them is told by decisions.
        records.filter(({ headers }) => headers[BATCH_HEADER] === undefined),
      ),
    );
  };
}
