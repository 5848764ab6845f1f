import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import { assignPartitions, type TopicPartition } from '../../broker/assign-partitions.ts';
import type { KafkaClient } from './kafka-client.ts';
import { hasType } from './kafka-faults.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** One generation of a member: what it may own until the next rebalance. */
export interface Generation {
  readonly id: number;
  /** Of the group's topics, as the leader shared them out; `null`: somebody else did. */
  readonly counts: ReadonlyMap<string, number> | null;
  readonly assignment: readonly TopicPartition[];
  /** A silent member keeps its partitions so long. */
  readonly sessionTimeoutMs: number;
}

/** Kafka's name for the assignor, which `assignPartitions` is. */
const ASSIGNOR = 'range';
const VERSION = 0;
/** Longest session that is asked for, unless the settings say more: brokers of any age take it. */
const LONGEST_SESSION_MS = 300_000;
/** A generation that lasted so many sessions was none of those that end for slowness. */
const CALM_SESSIONS = 10;

/** The requests of one member of a consumer group. */
export class GroupMembership {
  readonly #client: KafkaClient;
  readonly #settings: KafkaSettings;
  readonly #groupId: string;
  readonly #topics: readonly string[];
  /** Empty: the group gives a new one. */
  #memberId = '';
  #sessionTimeoutMs: number;
  #longestMs: number;
  #joinedMs = performance.now();
  #wasLate = false;

  constructor(
    client: KafkaClient,
    settings: KafkaSettings,
    groupId: string,
    topics: readonly string[],
  ) {
    this.#client = client;
    this.#settings = settings;
    this.#groupId = groupId;
    this.#topics = topics;
    this.#sessionTimeoutMs = settings.sessionTimeoutMs;
    this.#longestMs = Math.max(settings.sessionTimeoutMs, LONGEST_SESSION_MS);
  }

  /** The session of the generation that was joined last; before the first, that of the settings. */
  get sessionTimeoutMs(): number {
    return this.#sessionTimeoutMs;
  }

  /** Joins, or joins again, which makes every other member do so; the leader shares out the partitions. */
  async join(): Promise<Generation> {
    const sessionTimeoutMs = this.#nextSessionMs();
    const groupId = this.#groupId;
    const metadata = MemberMetadata.encode({ version: VERSION, topics: this.#topics });
    try {
      const generation = await this.#client.onCoordinator(
        'group',
        groupId,
        async (node) => {
          const joined = await node.joinGroup({
            groupId,
            sessionTimeout: Math.round(sessionTimeoutMs),
            rebalanceTimeout: Math.round(sessionTimeoutMs),
            memberId: this.#memberId,
            groupProtocols: [{ name: ASSIGNOR, metadata }],
          });
          const { memberId, generationId, leaderId, members } = joined;
          this.#memberId = memberId;
          const shares = leaderId === memberId ? await this.#shareOut(members) : null;
          const { memberAssignment } = await node.syncGroup({
            groupId,
            generationId,
            memberId,
            groupAssignment: shares?.groupAssignment ?? [],
          });
          const { assignment } = MemberAssignment.decode(memberAssignment) ?? { assignment: {} };
          return {
            id: generationId,
            counts: shares?.counts ?? null,
            sessionTimeoutMs,
            assignment: Object.entries(assignment).flatMap(([topic, partitions]) =>
              partitions.map((partition) => ({ topic, partition })),
            ),
          };
        },
        sessionTimeoutMs,
      );
      this.#sessionTimeoutMs = sessionTimeoutMs;
      this.#joinedMs = performance.now();
      this.#wasLate = false;
      return generation;
    } catch (error) {
      if (hasType(error, 'INVALID_SESSION_TIMEOUT') && sessionTimeoutMs > this.#sessionTimeoutMs) {
        this.#longestMs = this.#sessionTimeoutMs;
        return this.join();
      }
      this.#forgetIfUnknown(error);
      throw error;
    }
  }

  /**
   * The group did not hear of it in time: the next session is twice as long. A machine that is too slow for a session
   * would otherwise lose its work in each one, and make every other member lose its own.
   */
  late(): void {
    this.#wasLate = true;
  }

  /** A sign of life. @throws What the request throws; see {@link isRebalance}. */
  async beat(generation: Generation): Promise<void> {
    const groupId = this.#groupId;
    try {
      await this.#client.onCoordinator('group', groupId, (node) =>
        node.heartbeat({ groupId, groupGenerationId: generation.id, memberId: this.#memberId }),
      );
    } catch (error) {
      this.#forgetIfUnknown(error);
      throw error;
    }
  }

  /** Says good-bye, so that the others need not wait for the session to time out. */
  async leave(client: KafkaClient): Promise<void> {
    const [groupId, memberId] = [this.#groupId, this.#memberId];
    if (memberId === '') return;
    this.#memberId = '';
    await client.onCoordinator('group', groupId, (node) => node.leaveGroup({ groupId, memberId }));
  }

  /** Partition counts of the group's topics, as the brokers have them now. */
  async partitionCounts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const topic of this.#topics) {
      this.#client.forgetTopic(topic);
      counts.set(topic, (await this.#client.partitionCount(topic)) ?? 0);
    }
    return counts;
  }

  #nextSessionMs(): number {
    const [usual, current] = [this.#settings.sessionTimeoutMs, this.#sessionTimeoutMs];
    if (this.#wasLate) return Math.min(2 * current, this.#longestMs);
    return performance.now() - this.#joinedMs > CALM_SESSIONS * current ? usual : current;
  }

  async #shareOut(
    members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[],
  ): Promise<{
    readonly counts: ReadonlyMap<string, number>;
    readonly groupAssignment: readonly {
      readonly memberId: string;
      readonly memberAssignment: Buffer;
    }[];
  }> {
    const subscriptions = members
      .map(({ memberId, memberMetadata }) => ({
        memberId,
        topics: MemberMetadata.decode(memberMetadata).topics,
      }))
      .sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
    const counts = new Map<string, number>();
    for (const topic of new Set(subscriptions.flatMap(({ topics }) => topics))) {
      this.#client.forgetTopic(topic);
      counts.set(topic, (await this.#client.partitionCount(topic)) ?? 0);
    }
    const groupAssignment = [...assignPartitions(subscriptions, counts)].map(
      ([memberId, places]) => {
        const assignment: Record<string, number[]> = {};
        for (const { topic, partition } of places) (assignment[topic] ??= []).push(partition);
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version: VERSION, assignment }),
        };
      },
    );
    return { counts, groupAssignment };
  }

  #forgetIfUnknown(error: unknown): void {
    if (!hasType(error, 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID')) return;
    this.#memberId = '';
    this.late();
  }
}

/** Whether a request of a member failed because its generation is over. */
export function isRebalance(error: unknown): boolean {
  return hasType(
    error,
    'REBALANCE_IN_PROGRESS',
    'ILLEGAL_GENERATION',
    'UNKNOWN_MEMBER_ID',
    'FENCED_INSTANCE_ID',
  );
}
