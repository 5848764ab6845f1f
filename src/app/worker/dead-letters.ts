import { SeclError } from '../../errors/secl-error.ts';
import type { DeadLetter } from '../../events/dead-letter.ts';
import { DEAD_LETTER_BYTES, DEAD_LETTER_KEY_BYTES } from '../../operators/dead-letter-of.ts';
import type { Broker, OutgoingRecord } from '../../ports/broker.ts';
import type { Topology } from '../../topology/topology.ts';
import { describeBroker } from './open-broker.ts';
import { openRecords, type OpenRecords } from './open-records.ts';
import { topicTails } from './topic-tails.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

/** A dead letter and where it is. */
export interface PlacedLetter {
  /** `PARTITION/OFFSET` on the topic of dead letters. */
  readonly id: string;
  readonly letter: DeadLetter;
}

/** Which letters are meant. */
export interface LetterFilter extends BrokerChoice {
  /** With this code. */
  readonly code?: string | undefined;
  /** With these ids; absent: all of them. */
  readonly ids?: readonly string[] | undefined;
}

/** What became of the letters that were to be tried again. */
export interface RetriedLetters {
  /** Ids of those whose records were written again. */
  readonly retried: readonly string[];
  /** Why the others were not. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

/** Header of a record that was a dead letter: which one. */
const RETRY_HEADER = 'secl-retry-of';

/** Reads the letters that a filter names, one by one. */
async function* letters(
  { broker, codecs }: OpenRecords,
  { topics, broker: place }: Topology,
  { code, ids }: LetterFilter,
): AsyncGenerator<PlacedLetter, void, undefined> {
  const tails = await topicTails(broker, topics.deadLetters, describeBroker(place));
  for (const tail of tails)
    for await (const { value, partition, offset } of tail.each()) {
      const id = `${partition}/${offset}`;
      const decoded = value === null ? null : codecs.deadLetter.decode(value);
      if (decoded?.ok !== true) continue;
      const letter = decoded.value;
      const wanted = ids === undefined || ids.includes(id);
      if (wanted && (code === undefined || letter.code === code)) yield { id, letter };
    }
}

/** Opens what a filter names and collects the letters. */
async function collect<T>(
  filter: LetterFilter,
  work: (found: readonly PlacedLetter[], broker: Broker, topology: Topology) => Promise<T> | T,
): Promise<T> {
  const topology = await workerTopology(filter);
  const records = await openRecords(topology, []);
  const { broker } = records;
  try {
    const found: PlacedLetter[] = [];
    for await (const placed of letters(records, topology, filter)) found.push(placed);
    const missing = filter.ids?.find((id) => !found.some((placed) => placed.id === id));
    if (missing !== undefined)
      throw new SeclError('USAGE', `there is no dead letter ${missing}`, {
        hint: 'See which there are: `secl dead-letters list`.',
      });
    return await work(found, broker, topology);
  } finally {
    await broker.close();
  }
}

/**
 * The letters that a filter names, in the order of their partitions.
 *
 * @throws SeclError of topology and broker; `USAGE` for an id that is none.
 */
export function listDeadLetters(filter: LetterFilter): Promise<readonly PlacedLetter[]> {
  return collect(filter, (found) => found);
}

/** Why a letter's record cannot be written again; `null`: it can. */
function obstacle({ key, value, sourceTopic }: DeadLetter, { topics }: Topology): string | null {
  if (sourceTopic !== topics.questions && sourceTopic !== topics.feedback)
    return `it came from ${sourceTopic}, which is not fed by hand`;
  if (value === null) return 'the record was empty';
  if ((key?.length ?? 0) >= DEAD_LETTER_KEY_BYTES) return 'only the beginning of its key is kept';
  return value.length >= DEAD_LETTER_BYTES ? 'only its beginning is kept' : null;
}

/**
 * Writes the records of letters to their topics again, as new records under the same key; the letters stay.
 *
 * @throws SeclError as {@link listDeadLetters}.
 */
export function retryDeadLetters(filter: LetterFilter): Promise<RetriedLetters> {
  return collect(filter, async (found, broker, topology) => {
    const refused: { id: string; reason: string }[] = [];
    const records: OutgoingRecord[] = [];
    const retried: string[] = [];
    for (const { id, letter } of found) {
      const reason = obstacle(letter, topology);
      if (reason !== null) {
        refused.push({ id, reason });
        continue;
      }
      const { sourceTopic, sourcePartition, key, value } = letter;
      const headers = { [RETRY_HEADER]: new TextEncoder().encode(id) };
      records.push({ topic: sourceTopic, partition: sourcePartition, key, value, headers });
      retried.push(id);
    }
    if (records.length > 0) await broker.append(records);
    return { retried, refused };
  });
}
