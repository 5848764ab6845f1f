import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type {
  Broker,
  ConsumerGroup,
  IncomingRecord,
  OutgoingRecord,
  PartitionLease,
  TopicSpec,
} from '../../../src/ports/broker.ts';

/** A broker as the suite gets it: its topics are the suite's own. */
export interface BrokerUnderTest {
  readonly broker: Broker;
  /** Closes and opens again what stands behind; absent if it forgets everything. */
  readonly reopen?: () => Promise<Broker>;
  /** Moves the broker's clock on; absent if it cannot be moved, and then `clean()` is not held to anything. */
  readonly moveClock?: (ms: number) => void;
  /** Closes everything and removes what it left. */
  readonly dispose: () => Promise<void>;
}

/** What runs the suite. */
export interface BrokerContract {
  readonly name: string;
  readonly open: () => Promise<BrokerUnderTest>;
  /** Longest wait for a rebalance or a record. @defaultValue 5000 */
  readonly patienceMs?: number;
}

/** A member of a group and all leases it ever got. */
export interface FollowedMember {
  readonly group: ConsumerGroup;
  readonly seen: PartitionLease[];
  completed: boolean;
  /** Leases that are not revoked. */
  readonly live: () => PartitionLease[];
}

/** What the tests of the suite share; `under` and `broker` are new for each test. */
export interface BrokerScene {
  readonly patienceMs: number;
  readonly under: BrokerUnderTest;
  readonly broker: Broker;
  /** Closes and opens again what stands behind; `undefined` if it forgets everything. */
  readonly reopen: (() => Promise<Broker>) | undefined;
  /** A name that no other test has. */
  readonly fresh: (kind: string) => string;
  /** Makes a topic and returns its name. */
  readonly topic: (partitions?: number, more?: Partial<TopicSpec>) => Promise<string>;
  readonly until: (what: string, condition: () => boolean) => Promise<void>;
  readonly follow: (group: ConsumerGroup) => FollowedMember;
  /** Joins and waits for so many leases, sorted by partition. */
  readonly joined: (
    groupId: string,
    topics: readonly string[],
    leases: number,
  ) => Promise<FollowedMember & { readonly leases: readonly PartitionLease[] }>;
  /** The one lease of a topic with one partition. */
  readonly leaseOf: (
    groupId: string,
    topic: string,
  ) => Promise<{ readonly group: ConsumerGroup; readonly lease: PartitionLease }>;
  /** Polls until so many records have come. */
  readonly take: (lease: PartitionLease, count: number) => Promise<IncomingRecord[]>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytes = (text: string): Uint8Array => encoder.encode(text);

export const text = (value: Uint8Array | null): string | null =>
  value === null ? null : decoder.decode(value);

/** A record without a key. */
export const record = (topic: string, value: string, partition = 0): OutgoingRecord => ({
  topic,
  partition,
  key: null,
  value: bytes(value),
});

export const isLive = (lease: PartitionLease): boolean => !lease.revoked.aborted;

export async function readAll(
  broker: Broker,
  topic: string,
  partition = 0,
): Promise<IncomingRecord[]> {
  const { earliest } = await broker.bounds(topic, partition);
  const records: IncomingRecord[] = [];
  for await (const item of broker.read(topic, partition, earliest)) records.push(item);
  return records;
}

export async function readTexts(
  broker: Broker,
  topic: string,
  partition = 0,
): Promise<(string | null)[]> {
  return (await readAll(broker, topic, partition)).map(({ value }) => text(value));
}

/** Whether an error is a coded one of this code, for `assert.rejects`. */
export const hasCode =
  (code: string) =>
  (error: unknown): true => {
    assert.ok(error instanceof SeclError, `a SeclError, not ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  };

/** Sets the scene before, and clears it after, each test of the suite that calls this. */
export function brokerScene(contract: BrokerContract): BrokerScene {
  const { patienceMs = 5000 } = contract;
  const stamp = `${process.pid}-${Math.trunc(performance.timeOrigin)}`;
  let names = 0;
  let under: BrokerUnderTest;

  beforeEach(async () => {
    under = await contract.open();
  });
  afterEach(() => under.dispose());

  const scene: BrokerScene = {
    patienceMs,
    get under() {
      return under;
    },
    get broker() {
      return under.broker;
    },
    get reopen() {
      const { reopen } = under;
      return reopen === undefined
        ? undefined
        : async () => {
            under = { ...under, broker: await reopen() };
            return under.broker;
          };
    },
    fresh: (kind) => `${kind}-${stamp}-${names++}`,
    topic: async (partitions = 1, more = {}) => {
      const name = scene.fresh('topic');
      await under.broker.ensureTopics([{ name, partitions, ...more }]);
      return name;
    },
    until: async (what, condition) => {
      const deadline = performance.now() + patienceMs;
      while (!condition()) {
        assert.ok(performance.now() < deadline, `waited ${patienceMs} ms for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    follow: (group) => {
      const seen: PartitionLease[] = [];
      const member = { group, seen, completed: false, live: () => seen.filter(isLive) };
      group.leases$.subscribe({
        next: (lease) => seen.push(lease),
        complete: () => {
          member.completed = true;
        },
      });
      return member;
    },
    joined: async (groupId, topics, leases) => {
      const member = scene.follow(await under.broker.join(groupId, topics));
      await scene.until(`${leases} leases`, () => member.live().length === leases);
      const sorted = member.live().sort((a, b) => a.partition - b.partition);
      return Object.assign(member, { leases: sorted });
    },
    leaseOf: async (groupId, topic) => {
      const { group, leases } = await scene.joined(groupId, [topic], 1);
      return { group, lease: leases[0]! };
    },
    take: async (lease, count) => {
      const records: IncomingRecord[] = [];
      const deadline = performance.now() + patienceMs;
      while (records.length < count) {
        assert.ok(performance.now() < deadline, `${records.length} of ${count} records came`);
        records.push(...(await lease.poll({ maxRecords: count - records.length, waitMs: 50 })));
      }
      return records;
    },
  };
  return scene;
}
