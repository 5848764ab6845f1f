import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { offsetOutOfRange } from '../../broker/broker-errors.ts';
import type { FetchedRecords } from '../../broker/group-store.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { IncomingRecord } from '../../ports/broker.ts';
import { committedMessages } from './committed-messages.ts';
import { fetchBounds } from './fetch-bounds.ts';
import type { KafkaClient } from './kafka-client.ts';
import { codedFault, hasType, isTransient, isUnknownTopic } from './kafka-faults.ts';
import { keepTrying, pause, soonMs } from './keep-trying.ts';

/** Most bytes that one fetch brings, beyond its first batch: what a reader holds at most. */
const FETCH_BYTES = 1024 * 1024;
/** Longest wait of one fetch for records; a wait that is given up lasts so long on the connection. */
const FETCH_WAIT_MS = 500;
/** How long a topic may be unknown before it counts as deleted; a broker that starts knows none. */
const UNKNOWN_TOPIC_MS = 5000;

/** How a {@link PartitionReader} is patient. */
export interface ReaderOptions {
  /** As of `keepTrying`. */
  readonly patienceMs: number;
  /** How long answers may bring nothing, though the end lies ahead, until it is called a fault: a starved broker does so. */
  readonly emptyMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads the committed records of one partition, a bounded page ahead. One call at a time.
 *
 * The end that counts is the last stable offset: transactions below it are decided. Markers of transactions
 * take offsets too, so the end can lie beyond the last record.
 */
export class PartitionReader {
  readonly #client: KafkaClient;
  readonly #place: TopicPartition;
  readonly #patienceMs: number;
  readonly #emptyMs: number;
  readonly #signal: AbortSignal | undefined;
  /** Records that were fetched and not asked for yet. */
  #buffer: readonly IncomingRecord[] = [];
  /** Offset that the buffer begins at, and where to fetch on behind it. */
  #from = -1n;
  #next = -1n;
  #unknownSince: number | undefined;

  constructor(client: KafkaClient, place: TopicPartition, options: ReaderOptions) {
    this.#client = client;
    this.#place = place;
    this.#patienceMs = options.patienceMs;
    this.#emptyMs = options.emptyMs;
    this.#signal = options.signal;
  }

  /**
   * Up to so many records from an offset on; none only at the end of the partition (or, when the signal has
   * fired, anywhere).
   *
   * @throws SeclError `OFFSET_OUT_OF_RANGE`, `TOPIC_UNKNOWN`, `BROKER_FAILED`.
   */
  async fetch(from: bigint, maxRecords: number): Promise<FetchedRecords> {
    await this.#fill(from, 0);
    const records = this.#buffer.slice(0, maxRecords);
    this.#buffer = this.#buffer.slice(records.length);
    const last = records.at(-1);
    this.#from = this.#buffer.length > 0 && last !== undefined ? last.offset + 1n : this.#next;
    return { records, next: this.#from };
  }

  /** Resolves when there is a record from an offset on, when the signal fires, or after `waitMs`. */
  async waitFor(from: bigint, waitMs: number): Promise<void> {
    await this.#fill(from, performance.now() + waitMs);
  }

  /** Fetches until the buffer holds a record, or until the deadline at the partition's end. */
  async #fill(from: bigint, deadline: number): Promise<void> {
    if (this.#from !== from) {
      this.#buffer = [];
      this.#from = from;
      this.#next = from;
    }
    let emptySince: number | undefined;
    while (this.#buffer.length === 0 && this.#signal?.aborted !== true) {
      const waitMs = Math.min(FETCH_WAIT_MS, Math.max(0, deadline - performance.now()));
      const before = this.#next;
      const end = await this.#fetchPage(Math.round(waitMs));
      if (end === undefined) return;
      if (this.#next >= end && performance.now() >= deadline) return;
      if (this.#next > before || before >= end) {
        emptySince = undefined;
        continue;
      }
      emptySince ??= performance.now();
      const waitedMs = performance.now() - emptySince;
      if (waitedMs >= this.#emptyMs) {
        const { topic, partition } = this.#place;
        throw new SeclError(
          'BROKER_FAILED',
          `${topic}/${partition} has brought nothing from offset ${String(before)} on for ${Math.round(waitedMs / 1000)} s, though it ends at ${String(end)}`,
          { hint: 'Look for damage in the log of the partition’s leader.' },
        );
      }
      await pause(soonMs(waitedMs), this.#signal);
    }
  }

  /** One page into the buffer. @returns The last stable offset; `undefined` if the signal fired. */
  async #fetchPage(maxWaitTime: number): Promise<bigint | undefined> {
    const { topic, partition } = this.#place;
    const fetchOffset = this.#next;
    try {
      const page = await keepTrying(
        () =>
          this.#client.onLeader(this.#place, (node) =>
            node.fetch({
              replicaId: -1,
              isolationLevel: 1,
              maxWaitTime,
              minBytes: 1,
              maxBytes: FETCH_BYTES,
              topics: [
                {
                  topic,
                  partitions: [
                    { partition, fetchOffset: String(fetchOffset), maxBytes: FETCH_BYTES },
                  ],
                },
              ],
            }),
          ),
        {
          patienceMs: this.#patienceMs,
          again: (error) => this.#isWorthAnother(error),
          ...(this.#signal === undefined ? {} : { signal: this.#signal }),
        },
      );
      this.#unknownSince = undefined;
      const fetched = page.responses[0]?.partitions[0];
      if (fetched === undefined) return fetchOffset;
      if (fetched.batchEnd !== undefined) {
        this.#next = fetched.batchEnd;
        this.#buffer = committedMessages(this.#place, fetched, fetchOffset);
      }
      return fetched.lastStableOffset;
    } catch (error) {
      if (this.#signal?.aborted === true) return undefined;
      if (hasType(error, 'OFFSET_OUT_OF_RANGE')) {
        const bounds = await fetchBounds(this.#client, this.#place, this.#patienceMs);
        throw offsetOutOfRange({ topic, partition, offset: fetchOffset }, bounds);
      }
      throw codedFault(`reading ${topic}/${partition}`, error);
    }
  }

  #isWorthAnother(error: unknown): boolean {
    if (!isUnknownTopic(error)) return isTransient(error);
    this.#client.forgetTopic(this.#place.topic);
    this.#unknownSince ??= performance.now();
    return performance.now() - this.#unknownSince < UNKNOWN_TOPIC_MS;
  }
}
