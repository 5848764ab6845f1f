import type { StoreOperation } from './level-store.ts';
import {
  ownerName,
  ownerOperation,
  partitionName,
  partitionOperation,
  topicOperation,
  type OwnerEntry,
  type PartitionEntry,
  type Tables,
  type TopicEntry,
} from './log-tables.ts';

/** A table that keeps changes to itself. */
class Overlay<V> {
  readonly changes = new Map<string, V>();
  readonly #base: { get(id: string): V | undefined };

  constructor(base: { get(id: string): V | undefined }) {
    this.#base = base;
  }

  get(id: string): V | undefined {
    return this.changes.get(id) ?? this.#base.get(id);
  }

  set(id: string, value: V): void {
    this.changes.set(id, value);
  }
}

/**
 * A transaction being put together: tables that show its own changes over those of its base, and entries
 * to write. Nobody else sees any of it until it is folded into the base.
 */
export class Draft implements Tables {
  readonly topics: Overlay<TopicEntry>;
  readonly partitions: Overlay<PartitionEntry>;
  readonly owners: Overlay<OwnerEntry>;
  readonly #operations: StoreOperation[] = [];
  #bytes = 0;

  constructor(base: Tables) {
    this.topics = new Overlay(base.topics);
    this.partitions = new Overlay(base.partitions);
    this.owners = new Overlay(base.owners);
  }

  /** Bytes of the entries to write, tables left out. */
  get bytes(): number {
    return this.#bytes;
  }

  setTopic(entry: TopicEntry): void {
    this.topics.set(entry.name, entry);
  }

  setPartition(entry: PartitionEntry): void {
    this.partitions.set(partitionName(entry), entry);
  }

  setOwner(entry: OwnerEntry): void {
    this.owners.set(ownerName(entry), entry);
  }

  add(operation: StoreOperation): void {
    this.#operations.push(operation);
    this.#bytes += operation.key.length + (operation.type === 'put' ? operation.value.length : 0);
  }

  /** Hands changes and entries on to the draft that this one was based on. */
  foldInto(base: Draft): void {
    this.publish(base);
    for (const operation of this.#operations) base.add(operation);
  }

  /** Hands the changes on, but not the entries, which have been written. */
  publish(base: Tables): void {
    for (const [id, entry] of this.topics.changes) base.topics.set(id, entry);
    for (const [id, entry] of this.partitions.changes) base.partitions.set(id, entry);
    for (const [id, entry] of this.owners.changes) base.owners.set(id, entry);
  }

  /** Everything to write: entries in order, then each changed table entry once. */
  operations(): StoreOperation[] {
    return [
      ...this.#operations,
      ...[...this.topics.changes.values()].map(topicOperation),
      ...[...this.partitions.changes.values()].map(partitionOperation),
      ...[...this.owners.changes.values()].map(ownerOperation),
    ];
  }
}
