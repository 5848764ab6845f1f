import { BehaviorSubject, Observable, Subject } from 'rxjs';
import { precondition } from '../errors/secl-error.ts';
import type { ConsumerGroup, PartitionLease, PartitionPlace } from '../ports/broker.ts';
import { assignPartitions } from './assign-partitions.ts';
import { fenced } from './broker-errors.ts';
import { createLease } from './create-lease.ts';
import type { GroupPartition, GroupStore } from './group-store.ts';

interface LiveLease {
  readonly lease: PartitionLease;
  readonly revoke: AbortController;
}

interface Member {
  readonly id: string;
  readonly topics: readonly string[];
  readonly live: LiveLease[];
  readonly assigned: BehaviorSubject<readonly PartitionPlace[] | null>;
  readonly output: Subject<PartitionLease>;
}

interface Group {
  readonly id: string;
  members: readonly Member[];
  /** Counts rebalances; one that is not the newest any more hands out nothing. */
  generation: number;
  /** Rebalances run one after the other, or an old one could fence a newer one's leases. */
  settled: Promise<void>;
}

/**
 * Membership of consumer groups within one process, with Kafka's eager rebalance: whoever joins or
 * leaves, every lease of the group is revoked, then all partitions are handed out anew. Each is acquired
 * (former owners fenced, offset and state read) before its lease is emitted.
 */
export class GroupCoordinator {
  readonly #store: GroupStore;
  readonly #groups = new Map<string, Group>();
  #memberCount = 0;

  constructor(store: GroupStore) {
    this.#store = store;
  }

  /**
   * Adds a member. Its leases come later, on `leases$`, which replays those it still holds to whoever
   * subscribes late.
   *
   * @throws SeclError `TOPIC_UNKNOWN`; `PRECONDITION` without a group id or a topic.
   */
  join(groupId: string, topics: readonly string[]): ConsumerGroup {
    precondition(groupId.length > 0, 'a consumer group needs an id');
    precondition(topics.length > 0, `consumer group ${groupId} needs a topic`);
    for (const topic of topics) this.#store.partitionCount(topic);
    const group = this.#groups.get(groupId) ?? {
      id: groupId,
      members: [],
      generation: 0,
      settled: Promise.resolve(),
    };
    this.#groups.set(groupId, group);
    const member: Member = {
      id: String(this.#memberCount++),
      topics: [...new Set(topics)],
      live: [],
      assigned: new BehaviorSubject<readonly PartitionPlace[] | null>(null),
      output: new Subject(),
    };
    group.members = [...group.members, member];
    this.#rebalance(group);
    return {
      assigned$: member.assigned.asObservable(),
      leases$: new Observable((subscriber) => {
        for (const { lease } of [...member.live]) subscriber.next(lease);
        return member.output.subscribe(subscriber);
      }),
      leave: async () => {
        if (!group.members.includes(member)) return;
        group.members = group.members.filter((other) => other !== member);
        revokeAll(member);
        this.#rebalance(group);
        complete(member);
        await Promise.resolve();
      },
    };
  }

  /** Revokes every lease and completes every member. */
  close(): void {
    for (const group of this.#groups.values()) {
      const { members } = group;
      group.members = [];
      group.generation += 1;
      for (const member of members) {
        revokeAll(member);
        complete(member);
      }
    }
  }

  #rebalance(group: Group): void {
    group.generation += 1;
    const { generation } = group;
    group.members.forEach(revokeAll);
    group.settled = group.settled.then(() => this.#handOut(group, generation));
  }

  /** Never rejects: a member whose partition cannot be acquired is told by its own `leases$`. */
  async #handOut(group: Group, generation: number): Promise<void> {
    if (group.generation !== generation) return;
    const { members } = group;
    const counts = new Map(
      members.flatMap((member) =>
        member.topics.map((topic) => [topic, this.#store.partitionCount(topic)] as const),
      ),
    );
    const assignment = assignPartitions(
      members.map(({ id, topics }) => ({ memberId: id, topics })),
      counts,
    );
    const handOver = async (member: Member, owner: GroupPartition): Promise<void> => {
      try {
        const acquired = await this.#store.acquire(owner);
        if (group.generation !== generation) return;
        const revoke = new AbortController();
        const lease = createLease(this.#store, owner, acquired, revoke.signal);
        member.live.push({ lease, revoke });
        member.output.next(lease);
      } catch (error) {
        if (group.generation === generation) member.output.error(error);
      }
    };
    for (const member of members) member.assigned.next(assignment.get(member.id) ?? []);
    await Promise.all(
      members.flatMap((member) =>
        (assignment.get(member.id) ?? []).map((place) =>
          handOver(member, { groupId: group.id, ...place }),
        ),
      ),
    );
  }
}

function complete({ assigned, output }: Member): void {
  assigned.complete();
  output.complete();
}

/** Takes a member's leases and its assignment back. */
function revokeAll(member: Member): void {
  member.assigned.next(null);
  for (const { lease, revoke } of member.live.splice(0)) {
    revoke.abort(fenced(lease.topic, lease.partition));
  }
}
