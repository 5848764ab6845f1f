import { Kafka, logLevel, type Consumer, type Message, type Producer } from 'kafkajs';
import type { RecordCodecs } from '../src/adapters/avro/record-codecs.ts';
import type { Answer } from '../src/events/answer.ts';
import type { Question } from '../src/events/question.ts';
import { unwrap } from './unwrap.ts';

/** What the product wrote per batch beside the answers, to be written here too. */
export interface StateShape {
  /** State entries per question, and bytes of one, key included. */
  readonly entriesPerQuestion: number;
  readonly bytesPerEntry: number;
}

/** Options of {@link createBareLoop}. */
export interface BareLoopOptions {
  readonly brokers: readonly string[];
  readonly codecs: RecordCodecs;
  /** One partition each. */
  readonly topics: {
    readonly questions: string;
    readonly answers: string;
    readonly state: string;
  };
  readonly groupId: string;
  /** Questions in a transaction. */
  readonly batch: number;
  /** Answers look like this one, but for what names their question. */
  readonly template: Answer;
  readonly state: StateShape;
  /** What is done about a batch's questions before they are answered with the template; absent: nothing. */
  readonly think?: (questions: readonly Question[]) => Promise<void>;
}

/** A kafkajs consumer and transactional producer, with nothing between them but Avro. */
export interface BareLoop {
  /**
   * Consumes and answers until `count` more questions are committed.
   *
   * @param onJoined - Called when the group has given out its partition: the work begins here.
   */
  work(count: number, onJoined?: () => void): Promise<void>;
  close(): Promise<void>;
}

/**
 * The least a worker can do with kafkajs: read committed questions, decode each, encode an answer to each and
 * send the answers, as much state, and the offset in one transaction a batch.
 */
export async function createBareLoop(options: BareLoopOptions): Promise<BareLoop> {
  const { topics, groupId } = options;
  const kafka = new Kafka({
    clientId: 'bare',
    brokers: [...options.brokers],
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer({
    transactionalId: `${groupId}-0`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  let answered = 0;
  return {
    work: async (count, onJoined) => {
      const goal = answered + count;
      const consumer = kafka.consumer({ groupId, readUncommitted: false, maxWaitTimeInMs: 100 });
      await consumer.connect();
      await consumer.subscribe({ topics: [topics.questions], fromBeginning: true });
      if (onJoined !== undefined) consumer.on('consumer.group_join', onJoined);
      await new Promise<void>((resolve, reject) => {
        consumer.on('consumer.crash', ({ payload }) => {
          reject(payload.error);
        });
        void run(consumer, producer, options, async (questions) => {
          answered += questions;
          if (answered >= goal) resolve();
          await Promise.resolve();
        });
      });
      await consumer.disconnect();
    },
    close: async () => {
      await producer.disconnect();
    },
  };
}

async function run(
  consumer: Consumer,
  producer: Producer,
  { codecs, topics, groupId, batch: size, template, state, think }: BareLoopOptions,
  onCommitted: (questions: number) => Promise<void>,
): Promise<void> {
  const filler = Buffer.alloc(Math.max(0, Math.round(state.bytesPerEntry) - 20), 'x');
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch, heartbeat, resolveOffset, isRunning }) => {
      for (let from = 0; from < batch.messages.length && isRunning(); from += size) {
        const chunk = batch.messages.slice(from, from + size);
        const last = chunk[chunk.length - 1]!;
        const questions = chunk.map(({ value }) => unwrap(codecs.question.decode(value!)));
        await think?.(questions);
        const answers: Message[] = chunk.map(({ key, offset }, i) => {
          const questionId = questions[i]!.id;
          const answer: Answer = { ...template, questionId, sourceOffset: Number(offset) };
          return { key, value: Buffer.from(codecs.answer.encode(answer)) };
        });
        const entries: Message[] = Array.from(
          { length: Math.round(chunk.length * state.entriesPerQuestion) },
          (_, i) => ({ key: `state/${String(Number(last.offset) % 10_000)}/${i}`, value: filler }),
        );
        const transaction = await producer.transaction();
        await transaction.sendBatch({
          topicMessages: [
            { topic: topics.answers, messages: answers },
            { topic: topics.state, messages: entries },
          ],
        });
        const offset = String(BigInt(last.offset) + 1n);
        await transaction.sendOffsets({
          consumerGroupId: groupId,
          topics: [{ topic: topics.questions, partitions: [{ partition: 0, offset }] }],
        });
        await transaction.commit();
        resolveOffset(last.offset);
        await heartbeat();
        await onCommitted(chunk.length);
      }
    },
  });
}
