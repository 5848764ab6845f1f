import type KafkaNode from 'kafkajs/src/broker/index.js';
import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { fenced } from '../../broker/broker-errors.ts';
import type { PlannedRecord } from '../../broker/plan-records.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { RecordPosition } from '../../ports/broker.ts';
import { chunkRecords, type RecordChunk } from './chunk-records.ts';
import type { KafkaClient } from './kafka-client.ts';
import {
  codedFault,
  hasType,
  isConnectionFault,
  isFencedFault,
  isTransient,
  isUnknownTopic,
} from './kafka-faults.ts';
import { keepTrying } from './keep-trying.ts';

/** Sequence numbers are 31 bits wide. */
const SEQUENCES = 2 ** 31;

/**
 * Kafka takes all topics of a transaction or none, and says of those that it would take that it did not try. Of all that
 * kafkajs keeps one answer, and not whose it is; asked for one by one, the topic that is refused shows itself.
 */
const ALL_OR_NONE = [
  'OPERATION_NOT_ATTEMPTED',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
];

/** The offset a transaction commits for a group. */
export interface GroupOffset extends TopicPartition {
  readonly groupId: string;
  readonly nextOffset: bigint;
}

/** Options of {@link TransactionalWriter}. */
interface WriterOptions {
  /** Whoever inits it last owns it. */
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** Asked for where the brokers allow no transaction of that length. @defaultValue none: it fails */
  readonly allowedTimeoutMs?: number;
  readonly maxBatchBytes: number;
  readonly patienceMs: number;
}

/**
 * Writes transactions under one transactional id, one at a time. {@link TransactionalWriter.init} fences
 * every former owner of the id and ends what it left open; from then on each of its requests fails.
 *
 * Kafka's part of the protocol is done here, not by kafkajs's producer: that cannot ask for the end of a
 * transaction again when the answer was lost, which is what exactly-once hangs on.
 *
 * A request whose connection failed may still be carried out, however late, and brokers cannot tell transactions of one
 * epoch apart: an end that comes late would commit half of a later one, an offset would be put into it. So after a
 * transaction with such a request the writer is at an end: the next `init` brings a new epoch, which refuses it.
 */
export class TransactionalWriter {
  readonly #client: KafkaClient;
  readonly #options: WriterOptions;
  #producer: { readonly producerId: string; readonly producerEpoch: number } | undefined;
  readonly #sequences = new Map<string, number>();
  /** Whether a request of this epoch may still be on its way. */
  #hasStray = false;

  constructor(client: KafkaClient, options: WriterOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Whether a transaction can be begun; not before `init`, nor after one whose outcome is unknown, or with a request
   * that may still come.
   */
  get usable(): boolean {
    return this.#producer !== undefined;
  }

  /** Becomes the owner. Waits until a former owner's transaction has ended, one way or the other. */
  async init(signal?: AbortSignal): Promise<void> {
    const { transactionalId, transactionTimeoutMs, allowedTimeoutMs, patienceMs } = this.#options;
    this.#producer = undefined;
    const initProducer = (transactionTimeout: number): ReturnType<KafkaNode['initProducerId']> =>
      keepTrying(
        () =>
          this.#client.onCoordinator('transaction', transactionalId, (node) =>
            node.initProducerId({ transactionalId, transactionTimeout }),
          ),
        { patienceMs, ...(signal === undefined ? {} : { signal }) },
      );
    const { producerId, producerEpoch } = await initProducer(transactionTimeoutMs).catch(
      (error: unknown) => {
        if (allowedTimeoutMs === undefined || !hasType(error, 'INVALID_TRANSACTION_TIMEOUT'))
          throw error;
        return initProducer(allowedTimeoutMs);
      },
    );
    this.#sequences.clear();
    this.#hasStray = false;
    this.#producer = { producerId, producerEpoch };
  }

  /**
   * One transaction: records and, if given, an offset.
   *
   * @returns Where the records are, in their order.
   * @throws SeclError `FENCED` if there is a newer owner, or if it is not known whether the transaction was
   *   committed; `RECORD_TOO_LARGE`, `BROKER_FAILED`: nothing was written. The writer is not usable after
   *   any of them.
   */
  async write(
    records: readonly PlannedRecord[],
    offset?: GroupOffset,
  ): Promise<readonly RecordPosition[]> {
    const producer = this.#producer;
    if (producer === undefined) throw unknownOutcome(this.#options.transactionalId);
    const { transactionalId, patienceMs } = this.#options;
    const transaction = { transactionalId, ...producer };
    // Until it is over: whoever fails on the way leaves sequence numbers that do not fit the brokers'.
    this.#producer = undefined;
    try {
      const positions = await this.#fill(transaction, records, offset);
      await this.#end(transaction, true);
      await this.#settle(transaction);
      if (!this.#hasStray) this.#producer = producer;
      return positions;
    } catch (error) {
      if (isFencedFault(error)) {
        throw offset === undefined
          ? unknownOutcome(transactionalId, error)
          : fenced(offset.topic, offset.partition);
      }
      if (error instanceof SeclError && error.code === 'FENCED') throw error;
      // Best effort: the next owner's init, or the transaction's timeout, ends it too.
      await this.#end(transaction, false).catch(() => undefined);
      throw codedFault(`a transaction of ${transactionalId}, after ${patienceMs} ms`, error);
    }
  }

  async #fill(
    transaction: Transaction,
    records: readonly PlannedRecord[],
    offset: GroupOffset | undefined,
  ): Promise<readonly RecordPosition[]> {
    const { transactionalId, maxBatchBytes } = this.#options;
    const onTransactions = (
      work: Parameters<KafkaClient['onCoordinator']>[2],
      again?: (error: unknown) => boolean,
    ): Promise<unknown> =>
      this.#keepTrying(
        () => this.#client.onCoordinator('transaction', transactionalId, work),
        again,
      );
    const topics = partitionsByTopic(records);
    if (topics.length > 0) {
      try {
        await onTransactions(
          (node) => node.addPartitionsToTxn({ ...transaction, topics }),
          (error) => isTransient(error) && !hasType(error, ...ALL_OR_NONE),
        );
      } catch (error) {
        if (!hasType(error, ...ALL_OR_NONE)) throw error;
        for (const one of topics) {
          try {
            await onTransactions((node) =>
              node.addPartitionsToTxn({ ...transaction, topics: [one] }),
            );
          } catch (cause) {
            throw isFencedFault(cause) ? cause : codedFault(`writing to ${one.topic}`, cause);
          }
        }
      }
    }
    if (offset !== undefined) {
      const { groupId } = offset;
      await onTransactions((node) => node.addOffsetsToTxn({ ...transaction, groupId }));
    }
    const positions: RecordPosition[] = [];
    const writing = (async () => {
      for (const round of chunkRecords(records, maxBatchBytes)) {
        await allEnded(
          round.map(async (chunk) => {
            const base = await this.#produce(transaction, chunk);
            chunk.indices.forEach((index, i) => {
              const { topic, partition } = chunk;
              positions[index] = { topic, partition, offset: base + BigInt(i) };
            });
          }),
        );
      }
    })();
    await allEnded([
      writing,
      ...(offset === undefined ? [] : [this.#commitOffset(transaction, offset)]),
    ]);
    return positions;
  }

  /** Tries again where that may help, and notes that the request before may still come. */
  #keepTrying<T>(work: () => Promise<T>, again = isTransient): Promise<T> {
    return keepTrying(work, {
      patienceMs: this.#options.patienceMs,
      again: (error) => {
        if (isConnectionFault(error)) this.#hasStray = true;
        return again(error);
      },
    });
  }

  /** Asked again with the same numbers after a lost answer: the broker writes a batch once. */
  async #produce(transaction: Transaction, chunk: RecordChunk): Promise<bigint> {
    const { topic, partition, records } = chunk;
    const id = `${partition}/${topic}`;
    const firstSequence = this.#sequences.get(id) ?? 0;
    const messages = records.map(({ key, value, headers, timestampMs }) => ({
      key: asBuffer(key),
      value: asBuffer(value),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, bytes]) => [name, asBuffer(bytes)]),
      ),
      timestamp: String(timestampMs),
    }));
    const topicData = [{ topic, partitions: [{ partition, firstSequence, messages }] }];
    const { topics } = await this.#keepTrying(
      () =>
        this.#client.onLeader(chunk, (node) =>
          node.produce({ ...transaction, acks: -1, timeout: 15_000, topicData }),
        ),
      (error) => isTransient(error) || isUnknownTopic(error),
    );
    this.#sequences.set(id, (firstSequence + messages.length) % SEQUENCES);
    return BigInt(topics[0]!.partitions[0]!.baseOffset);
  }

  async #commitOffset(transaction: Transaction, offset: GroupOffset): Promise<void> {
    const { groupId, topic, partition, nextOffset } = offset;
    const partitions = [{ partition, offset: String(nextOffset), metadata: null }];
    await this.#keepTrying(() =>
      this.#client.onCoordinator('group', groupId, (node) =>
        node.txnOffsetCommit({ ...transaction, groupId, topics: [{ topic, partitions }] }),
      ),
    );
  }

  /**
   * Waits until the transaction's markers are written, or what was committed could not be read yet. To ask
   * for its end again is answered only then; the next transaction would have to wait for them all the same.
   */
  async #settle(transaction: Transaction): Promise<void> {
    try {
      await this.#end(transaction, true);
    } catch {
      // It is committed; whoever has taken over waits for the markers too.
    }
  }

  /** Asked again until it is answered: ending a transaction twice in the same way ends it once. */
  async #end(transaction: Transaction, transactionResult: boolean): Promise<void> {
    const { transactionalId } = this.#options;
    try {
      await this.#keepTrying(() =>
        this.#client.onCoordinator('transaction', transactionalId, (node) =>
          node.endTxn({ ...transaction, transactionResult }),
        ),
      );
    } catch (error) {
      if (!transactionResult || isFencedFault(error)) throw error;
      throw unknownOutcome(transactionalId, error);
    }
  }
}

/** All of it, to its end: a straggler would write into the abort. @throws What the first of those that failed threw. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work))
    if (result.status === 'rejected') throw result.reason;
}

interface Transaction {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

function unknownOutcome(transactionalId: string, cause?: unknown): SeclError {
  return new SeclError('FENCED', `the writer ${transactionalId} has lost its place`, {
    hint: 'Drop the work in flight and wait for a new lease, which says what was committed.',
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

function partitionsByTopic(
  records: readonly TopicPartition[],
): readonly { readonly topic: string; readonly partitions: readonly number[] }[] {
  const byTopic = new Map<string, Set<number>>();
  for (const { topic, partition } of records) {
    byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(partition));
  }
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }));
}

function asBuffer(bytes: Uint8Array): Buffer;
function asBuffer(bytes: Uint8Array | null): Buffer | null;
function asBuffer(bytes: Uint8Array | null): Buffer | null {
  if (bytes === null || Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
