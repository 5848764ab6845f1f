import { SeclError } from '../../errors/secl-error.ts';
import type { OutgoingRecord } from '../../ports/broker.ts';
import { loadStream } from '../load-stream.ts';
import { feedRecords } from '../feed-records.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import { openRecords } from './open-records.ts';
import { ensureOwnTopics } from './ensure-own-topics.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

/** What {@link sendStream} is asked for. */
export interface SendStreamOptions extends BrokerChoice {
  /** Stream file. */
  readonly stream: string;
  /** Lines to leave out, sent before. @defaultValue 0 */
  readonly from?: number | undefined;
  /** Send no labels. @defaultValue false */
  readonly withoutLabels?: boolean | undefined;
  /** Fires when no more is to be sent. */
  readonly stop: AbortSignal;
  readonly onProgress?: ((sent: number, total: number) => void) | undefined;
}

/** What was sent. */
export interface SentStream {
  /** Lines of the stream. */
  readonly total: number;
  /** Lines that are on the topic now, those left out included: where to go on. */
  readonly next: number;
  readonly questions: number;
  readonly labels: number;
}

/** Records that become visible together. */
const CHUNK = 500;

/**
 * Sends a stream's questions, keyed by their id, and what is known of their answers, to the topics of a topology. A
 * line that is no question is sent as it is: the worker makes a dead letter of it.
 *
 * @throws SeclError of stream, topology and broker; `TOPIC_UNKNOWN` where Kafka has no such topics; `USAGE` for a
 *   `from` beyond the stream.
 */
export async function sendStream(options: SendStreamOptions): Promise<SentStream> {
  const { from = 0, stop, onProgress } = options;
  const topology = await workerTopology(options);
  const { items, name } = await loadStream(options.stream, { seed: 0 });
  if (from > items.length)
    throw new SeclError('USAGE', `--from ${from} is beyond the stream, which has ${items.length}`, {
      hint: 'Leave --from out to send all of it.',
    });
  const { topics } = topology;
  const text = new TextEncoder();
  const { broker, codecs } = await openRecords(topology, ['question', 'feedback']);
  try {
    await ensureOwnTopics(broker, topology);
    let next = from;
    let questions = 0;
    let labels = 0;
    const stopped = (): boolean => stop.aborted;
    while (next < items.length && !stopped()) {
      const nowMs = SYSTEM_CLOCK.nowMs();
      const chunk = items.slice(next, next + CHUNK);
      const records = chunk.flatMap((item, i): OutgoingRecord[] => {
        const { question, label } = feedRecords(item, codecs, topics);
        const headers = {
          'secl-stream': text.encode(name),
          'secl-position': text.encode(String(next + i)),
        };
        const both =
          label === null || options.withoutLabels === true ? [question] : [question, label];
        labels += both.length - 1;
        return both.map((record) => ({ ...record, headers, timestampMs: nowMs }));
      });
      await broker.append(records);
      next += chunk.length;
      questions += chunk.length;
      onProgress?.(next, items.length);
    }
    return { total: items.length, next, questions, labels };
  } finally {
    await broker.close();
  }
}
