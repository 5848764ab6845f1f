import { brokerClosed, fenced, topicUnknown } from '../../broker/broker-errors.ts';
import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { checkTopic } from '../../broker/check-topic.ts';
import { EndWatch } from '../../broker/end-watch.ts';
import { GroupCoordinator } from '../../broker/group-coordinator.ts';
import {
  type AcquiredPartition,
  type FetchedRecords,
  type GroupPartition,
  type GroupStore,
} from '../../broker/group-store.ts';
import { checkStateSizes } from '../../broker/partition-state.ts';
import {
  allotOffsets,
  DEFAULT_MAX_RECORD_BYTES,
  planRecords,
  type PlannedRecord,
} from '../../broker/plan-records.ts';
import { readThrough } from '../../broker/read-through.ts';
import { setupOf } from '../../broker/setup-of.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type {
  Broker,
  ConsumerGroup,
  IncomingRecord,
  OutgoingRecord,
  PartitionBounds,
  PartitionCommit,
  RecordPosition,
  TopicSetup,
  TopicSpec,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import { backupLog } from './backup-log.ts';
import { cleanPartition } from './clean-partition.ts';
import type { Draft } from './draft.ts';
import { fetchRecords } from './fetch-records.ts';
import type { LevelStore } from './level-store.ts';
import { recordKey, type OwnerId, type PartitionId } from './log-keys.ts';
import {
  ownerEntry,
  ownerName,
  partitionEntry,
  partitionName,
  type CommittedTables,
} from './log-tables.ts';
import { loadState, stateOperation } from './owner-state.ts';
import { frameRecord } from './record-framing.ts';
import { seal } from './sealed-value.ts';
import { TransactionQueue } from './transaction-queue.ts';

/** Options of `openEmbeddedLog`. */
export interface EmbeddedLogOptions {
  /** Made if it is missing. One process at a time has it open. */
  readonly folder: string;
  /** Dates records without a timestamp, and decides what retention lets go. */
  readonly clock: Clock;
  /** Most bytes of a record or state entry: key, value, headers and 100. @defaultValue 1048576 */
  readonly maxRecordBytes?: number;
  /**
   * Most bytes of all records together, counted the same way; more are refused with `STORE_FAILED`.
   * State entries, which their topology bounds, are not counted. Absent: as much as the disk holds.
   */
  readonly maxTotalBytes?: number;
  /**
   * Whether a commit waits until the disk has it. Without, a commit still survives the end of the process
   * (`kill -9` included), but the last ones may be lost when the machine loses power.
   * @defaultValue true
   */
  readonly sync?: boolean;
  /**
   * Whether opening checks every checksum on disk, which takes some seconds a gigabyte. Without, damage of
   * older data may show only when it is read, perhaps as an assertion of LevelDB that ends the process.
   * @defaultValue true
   */
  readonly verify?: boolean;
}

/** A broker in one folder. */
export interface EmbeddedLog extends Broker {
  /**
   * Copies the log as it is now into a new folder, while it goes on being used.
   *
   * @throws SeclError `PRECONDITION` if the folder holds something; `STORE_FAILED`.
   */
  backup(folder: string): Promise<void>;
}

/**
 * {@link EmbeddedLog} over an opened store. What is small (topics, bounds, offsets, epochs) is held in
 * memory as committed; records and states are read from the store.
 */
export class LevelLog implements EmbeddedLog {
  readonly #options: EmbeddedLogOptions;
  readonly #store: LevelStore;
  readonly #tables: CommittedTables;
  readonly #queue: TransactionQueue;
  readonly #watch = new EndWatch();
  readonly #groups: GroupCoordinator;
  readonly #keyless = new Map<string, number>();
  /** Names of the state entries of each group and partition, as its newest owner left them. */
  readonly #stateKeys = new Map<string, Set<string>>();
  readonly #groupStore: GroupStore;
  #nextTopicId: number;
  /** Of all partitions, transactions under way included. */
  #totalBytes: number;
  #cleaning: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    options: EmbeddedLogOptions,
    store: LevelStore,
    tables: CommittedTables,
    lastSequence: bigint,
  ) {
    this.#options = options;
    this.#store = store;
    this.#tables = tables;
    this.#queue = new TransactionQueue({
      store,
      tables,
      lastSequence,
      sync: options.sync ?? true,
      onEnd: (partition) => {
        this.#watch.notify(partitionName(partition));
      },
    });
    this.#nextTopicId = Math.max(-1, ...[...tables.topics.values()].map((t) => t.topicId)) + 1;
    this.#totalBytes = [...tables.partitions.values()].reduce((sum, p) => sum + p.bytes, 0);
    this.#groupStore = {
      assertOpen: () => {
        this.#assertOpen();
      },
      partitionCount: (topic) => this.#topic(topic).partitions,
      acquire: (owner) => this.#acquire(owner),
      fetch: (place, from, maxRecords) => this.#fetch(place, from, maxRecords),
      waitBeyond: async (place, end, waitMs, signal) => {
        const id = this.#idOf(place);
        if (partitionEntry(this.#tables, id).end > end) return;
        await this.#watch.wait(partitionName(id), waitMs, signal);
      },
      commit: (owner, epoch, commit) => this.#commit(owner, epoch, commit),
    };
    this.#groups = new GroupCoordinator(this.#groupStore);
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    this.#assertOpen();
    await this.#queue.run((draft) => {
      for (const spec of specs) {
        const existing = draft.topics.get(spec.name);
        const topic = checkTopic(spec, existing);
        const topicId = existing?.topicId ?? this.#nextTopicId++;
        draft.setTopic({ ...topic, topicId });
        if (existing !== undefined) continue;
        for (let partition = 0; partition < topic.partitions; partition++) {
          draft.setPartition(partitionEntry(draft, { topicId, partition }));
        }
      }
    });
  }

  async topics(): Promise<ReadonlyMap<string, number>> {
    this.#assertOpen();
    return Promise.resolve(
      new Map([...this.#tables.topics.values()].map(({ name, partitions }) => [name, partitions])),
    );
  }

  async setup(name: string): Promise<TopicSetup> {
    this.#assertOpen();
    return Promise.resolve(setupOf(this.#tables.topics, name));
  }

  async bounds(topic: string, partition: number): Promise<PartitionBounds> {
    this.#assertOpen();
    const { earliest, end } = partitionEntry(this.#tables, this.#idOf({ topic, partition }));
    return Promise.resolve({ earliest, end });
  }

  async committedOffset(
    groupId: string,
    topic: string,
    partition: number,
  ): Promise<bigint | undefined> {
    this.#assertOpen();
    const id = this.#idOf({ topic, partition });
    return Promise.resolve(ownerEntry(this.#tables, { groupId, ...id }).nextOffset);
  }

  async append(records: readonly OutgoingRecord[]): Promise<readonly RecordPosition[]> {
    this.#assertOpen();
    const planned = this.#plan(records);
    const values = planned.map(frameRecord);
    return this.#queue.run((draft) => this.#writeRecords(draft, planned, values));
  }

  read(
    topic: string,
    partition: number,
    from: bigint,
    signal?: AbortSignal,
  ): AsyncIterable<IncomingRecord> {
    const place = { topic, partition };
    return readThrough(
      {
        endOf: async () => (await this.bounds(topic, partition)).end,
        fetch: (offset, maxRecords) => this.#fetch(place, offset, maxRecords),
      },
      from,
      signal,
    );
  }

  async join(groupId: string, topics: readonly string[]): Promise<ConsumerGroup> {
    this.#assertOpen();
    return Promise.resolve(this.#groups.join(groupId, topics));
  }

  async clean(): Promise<void> {
    this.#assertOpen();
    const cleaned = this.#cleaning.then(() => this.#clean());
    this.#cleaning = cleaned.catch(() => undefined);
    return cleaned;
  }

  async backup(folder: string): Promise<void> {
    this.#assertOpen();
    await backupLog(this.#store, folder);
  }

  async close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#groups.close();
      await this.#queue.close();
      await this.#cleaning;
      await this.#store.close();
    })();
    return this.#closing;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw brokerClosed();
  }

  #topic(name: string): { readonly topicId: number; readonly partitions: number } {
    const topic = this.#tables.topics.get(name);
    if (topic === undefined) throw topicUnknown(name);
    return topic;
  }

  #idOf({ topic, partition }: TopicPartition): PartitionId {
    const { topicId, partitions } = this.#topic(topic);
    if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
      throw topicUnknown(topic, partition, partitions);
    }
    return { topicId, partition };
  }

  #ownerOf(owner: GroupPartition): OwnerId {
    return { groupId: owner.groupId, ...this.#idOf(owner) };
  }

  get #maxRecordBytes(): number {
    return this.#options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  }

  #plan(records: readonly OutgoingRecord[]): readonly PlannedRecord[] {
    return planRecords(records, {
      topic: (name) => this.#tables.topics.get(name),
      nextPartition: (topic, partitions) => {
        const next = this.#keyless.get(topic) ?? 0;
        this.#keyless.set(topic, next + 1);
        return next % partitions;
      },
      nowMs: this.#options.clock.nowMs(),
      maxRecordBytes: this.#maxRecordBytes,
    });
  }

  /** Throws before it changes anything, or not at all. */
  #writeRecords(
    draft: Draft,
    planned: readonly PlannedRecord[],
    values: readonly Buffer[],
  ): readonly RecordPosition[] {
    const added = planned.reduce((sum, record) => sum + record.bytes, 0);
    const { maxTotalBytes = Infinity } = this.#options;
    if (added > 0 && this.#totalBytes + added > maxTotalBytes) {
      throw new SeclError(
        'STORE_FAILED',
        `the log in ${this.#store.folder} would grow to ${this.#totalBytes + added} bytes, ${maxTotalBytes} are allowed`,
        { hint: 'Shorten the retention of its topics and clean it, or raise the quota.' },
      );
    }
    this.#totalBytes += added;
    const positions = allotOffsets(
      planned,
      (topic, partition) => partitionEntry(draft, this.#idOf({ topic, partition })).end,
      (topic, partition, end) => {
        draft.setPartition({ ...partitionEntry(draft, this.#idOf({ topic, partition })), end });
      },
    );
    positions.forEach((position, i) => {
      const id = this.#idOf(position);
      const entry = partitionEntry(draft, id);
      draft.setPartition({ ...entry, bytes: entry.bytes + planned[i]!.bytes });
      const key = recordKey(id, position.offset);
      draft.add({ type: 'put', key, value: seal(key, values[i]!) });
    });
    return positions;
  }

  async #acquire(owner: GroupPartition): Promise<AcquiredPartition> {
    this.#assertOpen();
    const id = this.#ownerOf(owner);
    const { acquired, startOffset } = await this.#queue.run((draft) => {
      const entry = ownerEntry(draft, id);
      const next = { ...entry, epoch: entry.epoch + 1n };
      draft.setOwner(next);
      return {
        acquired: next,
        startOffset: entry.nextOffset ?? partitionEntry(draft, id).earliest,
      };
    });
    // From here on nobody else can change this state: every former owner is fenced.
    const state = await loadState(this.#store, acquired);
    this.#stateKeys.set(ownerName(id), new Set(state.keys()));
    return { epoch: acquired.epoch, startOffset, state };
  }

  async #commit(
    owner: GroupPartition,
    epoch: bigint,
    commit: PartitionCommit,
  ): Promise<readonly RecordPosition[]> {
    const id = this.#ownerOf(owner);
    const { nextOffset } = commit;
    const planned = this.#plan(commit.records);
    const values = planned.map(frameRecord);
    checkStateSizes(commit.state, this.#maxRecordBytes);
    const changes = [...commit.state];
    const operations = changes.map(([entry, value]) => stateOperation(id, entry, value));
    return this.#queue.run((draft) => {
      const current = ownerEntry(draft, id);
      if (current.epoch !== epoch) throw fenced(owner.topic, owner.partition);
      const positions = this.#writeRecords(draft, planned, values);
      const keys = this.#stateKeys.get(ownerName(id)) ?? new Set<string>();
      for (const [entry, value] of changes) {
        if (value === null) keys.delete(entry);
        else keys.add(entry);
      }
      for (const operation of operations) draft.add(operation);
      draft.setOwner({ ...current, nextOffset, stateEntries: keys.size });
      return positions;
    });
  }

  async #fetch(place: TopicPartition, from: bigint, maxRecords: number): Promise<FetchedRecords> {
    this.#assertOpen();
    const entry = partitionEntry(this.#tables, this.#idOf(place));
    return await fetchRecords(this.#store, entry, place, from, maxRecords);
  }

  async #clean(): Promise<void> {
    const context = {
      store: this.#store,
      tables: this.#tables,
      queue: this.#queue,
      nowMs: this.#options.clock.nowMs(),
    };
    for (const topic of this.#tables.topics.values()) {
      for (let partition = 0; partition < topic.partitions; partition++) {
        const id = { topicId: topic.topicId, partition };
        this.#totalBytes -= await cleanPartition(context, topic, id);
      }
    }
  }
}
