import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import type { OutgoingRecord } from '../ports/broker.ts';
import type { TopologyTopics } from '../topology/topology.ts';
import type { ReplayItem } from './replay-input.ts';

/** Most bytes of a record that is fed in: brokers take about 1 MiB, key and headers included. */
const RECORD_BYTES = 768 * 1024;
/** Longest key in bytes. */
const KEY_BYTES = 64 * 1024;

/** Cuts a record that no broker takes: it cannot be read then, and becomes a dead letter. */
function fitting(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, RECORD_BYTES);
}

/** An item as it stands on the topic of questions. */
export function questionBytes(
  item: ReplayItem,
  codecs: Pick<RecordCodecs, 'question'>,
): Uint8Array {
  return fitting('bytes' in item ? item.bytes : codecs.question.encode(item.question));
}

/** The key of an item's records: its id, if it has one of a sensible length. */
function keyOf(item: ReplayItem): Uint8Array | null {
  if ('bytes' in item) return null;
  const key = new TextEncoder().encode(item.question.id);
  return key.length > KEY_BYTES ? null : key;
}

/** An item's records: its question, and its label if it has one, under the same key. */
export function feedRecords(
  item: ReplayItem,
  codecs: Pick<RecordCodecs, 'question' | 'feedback'>,
  topics: Pick<TopologyTopics, 'questions' | 'feedback'>,
): { readonly question: OutgoingRecord; readonly label: OutgoingRecord | null } {
  const key = keyOf(item);
  const question = { topic: topics.questions, key, value: questionBytes(item, codecs) };
  if ('bytes' in item || item.feedback === null) return { question, label: null };
  const value = fitting(codecs.feedback.encode(item.feedback));
  return { question, label: { topic: topics.feedback, key, value } };
}
