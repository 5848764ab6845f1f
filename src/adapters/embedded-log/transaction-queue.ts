import { brokerClosed } from '../../broker/broker-errors.ts';
import { Draft } from './draft.ts';
import type { LevelStore } from './level-store.ts';
import { chainMarkers } from './log-chain.ts';
import { countsOperation, type CommittedTables, type PartitionEntry } from './log-tables.ts';
import { seal, SEAL_BYTES } from './sealed-value.ts';

/** Transactions are written together up to about this many bytes. */
const GROUP_BYTES = 4 * 1024 * 1024;

interface Waiting {
  /** Runs the work on a draft based on this one; whether it succeeded. */
  readonly prepare: (group: Draft) => boolean;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

/** What a {@link TransactionQueue} works on. */
export interface TransactionQueueOptions {
  readonly store: LevelStore;
  readonly tables: CommittedTables;
  /** Number of the last write. */
  readonly lastSequence: bigint;
  /** Whether each write waits for the disk. */
  readonly sync: boolean;
  /** Called after a write for each partition whose end has moved. */
  readonly onEnd: (partition: PartitionEntry) => void;
}

/**
 * The one way to write: transactions run one after the other, in the order of the calls, each seeing what
 * those before it did. Those that wait while the disk is busy are written together, in one atomic write
 * with one sync (group commit); each still succeeds or fails alone.
 */
export class TransactionQueue {
  readonly #options: TransactionQueueOptions;
  readonly #waiting: Waiting[] = [];
  #sequence: bigint;
  #running: Promise<void> | undefined;
  #refusal: Error | undefined;

  constructor(options: TransactionQueueOptions) {
    this.#options = options;
    this.#sequence = options.lastSequence;
  }

  /**
   * Runs `work` when its turn comes, and resolves with what it returned once its changes are durable.
   *
   * @param work - Synchronous. What it throws rejects the promise, and nothing of it is written.
   * @throws SeclError `BROKER_CLOSED`; `STORE_FAILED` if writing failed, now or earlier: what the file
   *   holds then is known again only after it has been opened anew.
   */
  run<T>(work: (draft: Draft) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#refusal !== undefined) {
        reject(this.#refusal);
        return;
      }
      const failed: (error: unknown) => void = reject;
      let result: T;
      this.#waiting.push({
        prepare: (group) => {
          const draft = new Draft(group);
          try {
            result = work(draft);
          } catch (error) {
            failed(error);
            return false;
          }
          draft.foldInto(group);
          return true;
        },
        committed: () => {
          resolve(result);
        },
        failed,
      });
      this.#running ??= this.#drain();
    });
  }

  /** Refuses new transactions and waits for those that were accepted. */
  async close(): Promise<void> {
    this.#refusal ??= brokerClosed();
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Calls made in one turn of the event loop share a write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = new Draft(this.#options.tables);
      const prepared: Waiting[] = [];
      while (this.#waiting.length > 0 && group.bytes < GROUP_BYTES) {
        const next = this.#waiting.shift()!;
        if (next.prepare(group)) prepared.push(next);
      }
      try {
        await this.#write(group);
        for (const { committed } of prepared) committed();
      } catch (error) {
        // A write that failed halfway leaves LevelDB's log in a state in which later writes could be
        // lost at the next start: none is made.
        this.#refusal = error as Error;
        for (const { failed } of [...prepared, ...this.#waiting.splice(0)]) failed(error);
      }
    }
    this.#running = undefined;
  }

  async #write(group: Draft): Promise<void> {
    const operations = group.operations();
    if (operations.length === 0) return;
    const { store, tables, sync, onEnd } = this.#options;
    const moved: PartitionEntry[] = [];
    for (const [id, entry] of group.partitions.changes) {
      const old = tables.partitions.get(id);
      if (old?.end !== entry.end) moved.push(entry);
      // Known before the records go, or a reader could find the gap without knowing of it.
      const { earliest, thinned } = entry;
      if (old !== undefined) tables.partitions.set(id, { ...old, earliest, thinned });
    }
    const newTopics = countNew(group.topics.changes, tables.topics);
    const newOwners = countNew(group.owners.changes, tables.owners);
    if (newTopics + newOwners > 0) {
      operations.push(
        countsOperation(tables.topics.size + newTopics, tables.owners.size + newOwners),
      );
    }
    const sequence = this.#sequence + 1n;
    const markers = chainMarkers(sequence);
    operations.push({
      type: 'put',
      key: markers.set,
      value: seal(markers.set, Buffer.alloc(SEAL_BYTES)),
    });
    if (markers.delete !== undefined) operations.push({ type: 'del', key: markers.delete });
    await store.write(operations, sync);
    this.#sequence = sequence;
    group.publish(tables);
    moved.forEach(onEnd);
  }
}

function countNew(
  changes: ReadonlyMap<string, unknown>,
  committed: ReadonlyMap<string, unknown>,
): number {
  let count = 0;
  for (const id of changes.keys()) count += committed.has(id) ? 0 : 1;
  return count;
}
