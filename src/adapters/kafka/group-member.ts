import { BehaviorSubject, Observable, Subject } from 'rxjs';
import type { TopicPartition } from '../../broker/assign-partitions.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { ConsumerGroup, PartitionLease, PartitionPlace } from '../../ports/broker.ts';
import { GroupMembership, isRebalance, type Generation } from './group-membership.ts';
import { KafkaClient } from './kafka-client.ts';
import { codedFault, isTransient } from './kafka-faults.ts';
import { backoffMs, endsWithin, keepTrying, pause } from './keep-trying.ts';
import { ownPartition, type BrokerContext, type OwnedPartition } from './owned-partition.ts';

/** How long a rebalance waits for commits under way; a later one is fenced, as it would be anyway. */
const SETTLE_MS = 2000;
/** The most of a session that may be spent so: nobody hears of the member meanwhile, and the group would drop it. */
const SETTLE_SHARE = 0.25;
/** How often the leader looks whether topics have more partitions. */
const PARTITIONS_MS = 30_000;

/** What a member needs besides {@link BrokerContext}. */
export interface MemberContext extends BrokerContext {
  /** Makes the topics that hold the group's state, with as many partitions as its input has. */
  ensureState(groupId: string, topics: readonly string[]): Promise<void>;
  /** For what must not wait behind this member's own requests. */
  readonly client: KafkaClient;
}

/**
 * Membership of a consumer group, kept alive by a timer of its own, however long the work on records
 * takes; a worker that takes records and then does nothing for too long loses it all the same.
 */
export class GroupMember implements ConsumerGroup {
  readonly assigned$: Observable<readonly PartitionPlace[] | null>;
  readonly leases$: Observable<PartitionLease>;
  readonly #context: MemberContext;
  readonly #groupId: string;
  readonly #client: KafkaClient;
  readonly #membership: GroupMembership;
  readonly #assigned = new BehaviorSubject<readonly PartitionPlace[] | null>(null);
  readonly #output = new Subject<PartitionLease>();
  readonly #stop = new AbortController();
  readonly #owned = new Set<OwnedPartition>();
  readonly #running: Promise<void>;
  #leaving: Promise<void> | undefined;

  constructor(context: MemberContext, groupId: string, topics: readonly string[]) {
    this.#context = context;
    this.#groupId = groupId;
    this.#client = new KafkaClient(context.settings, context.limits);
    this.#membership = new GroupMembership(this.#client, context.settings, groupId, topics);
    this.assigned$ = this.#assigned.asObservable();
    this.leases$ = new Observable((subscriber) => {
      for (const { lease } of [...this.#owned]) subscriber.next(lease);
      return this.#output.subscribe(subscriber);
    });
    this.#running = this.#run();
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    this.#stop.abort();
    await this.#giveUp();
    await this.#quit();
    await endsWithin(this.#running, SETTLE_MS);
    // A join that was under way has made it a member again.
    await this.#quit();
    this.#assigned.complete();
    this.#output.complete();
    void this.#client.close();
  }

  async #quit(): Promise<void> {
    try {
      await endsWithin(this.#membership.leave(this.#context.client), SETTLE_MS);
    } catch {
      // The session times out instead.
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const isOver = (): boolean => signal.aborted;
    for (let failures = 0; !isOver();) {
      try {
        const generation = await this.#membership.join();
        failures = 0;
        await this.#hold(generation);
      } catch (error) {
        if (isOver()) return;
        if (!isRebalance(error) && !isTransient(error)) {
          this.#fail(error);
          return;
        }
        failures += 1;
        await pause(backoffMs(failures), signal);
      } finally {
        await this.#giveUp();
      }
    }
  }

  /** Owns partitions until the generation is over. @throws What ends the membership. */
  async #hold(generation: Generation): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#stop.signal]);
    this.#assigned.next(generation.assignment);
    try {
      const beating = this.#beat(generation, signal);
      await Promise.race([beating, this.#takeAll(generation, signal).then(() => beating)]);
    } finally {
      over.abort();
      this.#assigned.next(null);
    }
  }

  /** Keeps the membership alive. Resolves when the generation is over. */
  async #beat(generation: Generation, signal: AbortSignal): Promise<void> {
    const { heartbeatMs } = this.#context.settings;
    const { counts, sessionTimeoutMs } = generation;
    let lastBeat = performance.now();
    let lastCounts = lastBeat;
    for (;;) {
      await pause(heartbeatMs, signal);
      if (signal.aborted) return;
      this.#assertProgress();
      try {
        const left = sessionTimeoutMs - (performance.now() - lastBeat);
        // Nobody has heard of this member for so long that others own its partitions by now.
        if (!(await endsWithin(this.#membership.beat(generation), left))) {
          this.#membership.late();
          return;
        }
        lastBeat = performance.now();
        if (counts !== null && lastBeat - lastCounts > PARTITIONS_MS) {
          const now = await this.#membership.partitionCounts();
          if ([...now].some(([topic, count]) => count !== counts.get(topic))) return;
          lastCounts = lastBeat;
        }
      } catch (error) {
        if (isRebalance(error)) return;
        if (!isTransient(error)) throw error;
        if (performance.now() - lastBeat > sessionTimeoutMs) return;
      }
    }
  }

  async #takeAll(generation: Generation, signal: AbortSignal): Promise<void> {
    const { assignment } = generation;
    const topics = [...new Set(assignment.map(({ topic }) => topic))];
    await this.#context.ensureState(this.#groupId, topics);
    await Promise.all(assignment.map((place) => this.#take(place, generation, signal)));
  }

  /**
   * Becomes the owner of a partition and hands out its lease, however long the brokers take.
   *
   * @param losses - How often it was lost in this generation since the last commit.
   */
  async #take(
    place: TopicPartition,
    generation: Generation,
    signal: AbortSignal,
    losses = 0,
  ): Promise<void> {
    const owner = { groupId: this.#groupId, ...place };
    const onLost = (lost: OwnedPartition): void => {
      void this.#retake(lost, generation, signal, lost.hasCommitted() ? 1 : losses + 1);
    };
    let owned: OwnedPartition;
    try {
      owned = await keepTrying(() => ownPartition(this.#context, owner, signal, onLost, losses), {
        patienceMs: Infinity,
        signal,
      });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    if (signal.aborted) {
      void owned.close();
      return;
    }
    this.#owned.add(owned);
    this.#output.next(owned.lease);
  }

  /**
   * A writer lost its place though the lease held: its transaction timed out, or the brokers did not answer,
   * or this member was replaced without hearing of it. Only if the group still counts on it does it go on, later
   * each time while nothing comes to be committed.
   */
  async #retake(
    lost: OwnedPartition,
    generation: Generation,
    signal: AbortSignal,
    losses: number,
  ): Promise<void> {
    if (!this.#owned.delete(lost)) return;
    lost.revoke();
    void lost.close();
    await pause(backoffMs(losses), signal);
    try {
      await keepTrying(() => this.#membership.beat(generation), { patienceMs: Infinity, signal });
      const { topic, partition } = lost.owner;
      await this.#take({ topic, partition }, generation, signal, losses);
    } catch (error) {
      // A rebalance is seen by the next sign of life.
      if (!signal.aborted && !isRebalance(error)) this.#fail(error);
    }
  }

  /** Revokes every lease, and waits a moment for commits under way. */
  async #giveUp(): Promise<void> {
    const owned = [...this.#owned];
    this.#owned.clear();
    for (const partition of owned) partition.revoke();
    const settleMs = Math.min(SETTLE_MS, SETTLE_SHARE * this.#membership.sessionTimeoutMs);
    await endsWithin(Promise.all(owned.map((partition) => partition.settled())), settleMs);
    for (const partition of owned) void partition.close();
  }

  #fail(error: unknown): void {
    const coded = codedFault(`group ${this.#groupId}`, error);
    this.#output.error(coded);
    void this.leave();
  }

  /** @throws SeclError `STALLED`. */
  #assertProgress(): void {
    const { progressTimeoutMs } = this.#context.settings;
    const owned = [...this.#owned];
    if (!owned.some((partition) => partition.hasWork())) return;
    const newest = Math.max(...owned.map((partition) => partition.lastProgress()));
    if (performance.now() - newest <= progressTimeoutMs) return;
    throw new SeclError(
      'STALLED',
      `a worker of group ${this.#groupId} has neither polled nor committed for ${progressTimeoutMs} ms`,
      {
        hint: 'Start the worker anew; if its batches take so long, make them smaller (batch.maxBatch).',
      },
    );
  }
}
