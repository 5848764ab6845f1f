import type { AlertInput } from '../alerts/alert-facts.ts';
import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import type { Broker, IncomingRecord } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { TopologyTopics } from '../topology/topology.ts';
import { BATCH_HEADER } from './worker/batch-header.ts';

/** What {@link createAlertSource} reads. */
export interface AlertSourceOptions {
  readonly broker: Pick<Broker, 'topics' | 'bounds' | 'read'>;
  readonly topics: Pick<
    TopologyTopics,
    'answers' | 'calibration' | 'deadLetters' | 'adapterDecisions'
  >;
  readonly codecs: Pick<RecordCodecs, 'calibrationWindow' | 'adapterDecision'>;
}

/** Offsets at the end of a topic among which its newest record is looked for; offsets have gaps. */
const LOOK_BACK = 64n;

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

/**
 * Reads what alerts take note of: windows and decisions from the beginning, answers and dead letters, which are only
 * counted, from now on. In no group, so that it takes nothing from whoever works on the topics.
 *
 * @returns Gives what is new at each call. Rejects where the broker does not answer; the next call goes on where this
 *   one stopped, and gives what it had read.
 */
export function createAlertSource({
  broker,
  topics,
  codecs,
}: AlertSourceOptions): (signal: AbortSignal) => Promise<readonly AlertInput[]> {
  const next = new Map<string, bigint>();
  /** What was read and not yet given: a look that fails half way has moved on in the topics before. */
  let read: AlertInput[] = [];

  const readNew = async (
    topic: string,
    partition: number,
    from: 'beginning' | 'end',
    signal: AbortSignal,
  ): Promise<IncomingRecord[]> => {
    const place = `${partition}/${topic}`;
    const { earliest, end } = await broker.bounds(topic, partition);
    const known = next.get(place) ?? (from === 'beginning' ? earliest : end);
    const start = known < earliest ? earliest : known;
    const records: IncomingRecord[] = [];
    if (start < end)
      for await (const record of broker.read(topic, partition, start, signal)) records.push(record);
    next.set(place, (records.at(-1)?.offset ?? start - 1n) + 1n);
    return records;
  };
  /** The newest record that was there before watching began, told without being counted. */
  const newestBefore = async (
    topic: string,
    partition: number,
    signal: AbortSignal,
  ): Promise<AlertInput[]> => {
    if (next.has(`${partition}/${topic}`)) return [];
    const { earliest, end } = await broker.bounds(topic, partition);
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

  return async (signal) => {
    const partitions = await broker.topics();
    const each = async (
      topic: string,
      inputsOf: (partition: number) => Promise<readonly AlertInput[]>,
    ): Promise<void> => {
      for (let partition = 0; partition < (partitions.get(topic) ?? 0); partition++) {
        const inputs = await inputsOf(partition);
        read = read.concat(inputs);
      }
    };
    await each(topics.calibration, async (partition) =>
      decode(
        'window',
        codecs.calibrationWindow,
        await readNew(topics.calibration, partition, 'beginning', signal),
      ),
    );
    await each(topics.adapterDecisions, async (partition) =>
      decode(
        'decision',
        codecs.adapterDecision,
        await readNew(topics.adapterDecisions, partition, 'beginning', signal),
      ),
    );
    await each(topics.answers, async (partition) => [
      ...(await newestBefore(topics.answers, partition, signal)),
      ...countByMinute('answers', await readNew(topics.answers, partition, 'end', signal)),
    ]);
    await each(topics.deadLetters, async (partition) =>
      countByMinute(
        'dead-letters',
        // Training batches are no questions; what is refused of them is told by decisions.
        (await readNew(topics.deadLetters, partition, 'end', signal)).filter(
          ({ headers }) => headers[BATCH_HEADER] === undefined,
        ),
      ),
    );
    const given = read;
    read = [];
    return given;
  };
}
