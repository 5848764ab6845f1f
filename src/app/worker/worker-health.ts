import type { Broker } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PartitionLedger, PartitionStanding } from './partition-ledger.ts';

/** One partition, for people and probes. Offsets are exact up to 2^53. */
export interface PartitionHealth {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Whether its lease is held; `false` while former owners are fenced and their state is read. */
  readonly owned: boolean;
  /** As committed; `null`: it has not been owned yet. */
  readonly nextOffset: number | null;
  /** End of the partition at the last probe; `null`: the broker has not answered yet. */
  readonly end: number | null;
  /** Offsets up to the end, those without records included; 0 where nothing is left to read. */
  readonly lag: number | null;
  readonly atEnd: boolean;
  /** Since the newest record that was read had been written, milliseconds; `null`: none was read. */
  readonly lastRecordAgeMs: number | null;
  /** Since the last commit or the last look that found the end, or since the assignment, milliseconds. */
  readonly idleMs: number;
}

/** How a worker is. */
export interface WorkerHealth {
  readonly status: 'starting' | 'ready' | 'unready' | 'draining';
  /** Why it is not ready, one sentence each. */
  readonly reasons: readonly string[];
  /** Since the broker last answered, milliseconds; `null`: it has not yet. */
  readonly brokerAgeMs: number | null;
  readonly partitions: readonly PartitionHealth[];
}

/** Follows how a worker is. */
export interface HealthMonitor {
  report(): WorkerHealth;
  /** Asks the broker where the partitions end. Never rejects. */
  probe(): Promise<void>;
  /** A group has been joined, and it is known what it assigns. */
  joined(groupId: string): void;
  /** A group that was joined is being joined again; one that was left stays so until it is joined. */
  joining(groupId: string): void;
  /** A group was left, since something went wrong. */
  failed(groupId: string, reason: string): void;
}

/** What {@link monitorHealth} needs. */
export interface HealthOptions {
  readonly ledger: PartitionLedger;
  readonly broker: Pick<Broker, 'bounds' | 'topics'>;
  readonly clock: Clock;
  /** Groups to be a member of. */
  readonly groups: readonly string[];
  /** A partition without any progress for so long is stuck. */
  readonly stallMs: number;
  readonly drain: AbortSignal;
}

/** A broker that has not answered for so long is away. */
const AWAY_MS = 15_000;

/** Makes a {@link HealthMonitor}. */
export function monitorHealth(options: HealthOptions): HealthMonitor {
  const { ledger, broker, clock, groups, stallMs, drain } = options;
  const ends = new Map<string, bigint>();
  const away = new Map<string, string>(groups.map((group) => [group, 'has not been joined yet']));
  let answeredMs: number | null = null;
  let ready = false;
  let probing = false;
  const nameOf = ({ topic, partition }: Pick<PartitionStanding, 'topic' | 'partition'>): string =>
    `${topic}/${partition}`;

  const partitionHealth = (standing: PartitionStanding, nowMs: number): PartitionHealth => {
    const { groupId, topic, partition, owned, nextOffset, atEnd, movedMs, lastRecordMs } = standing;
    const end = ends.get(nameOf(standing));
    const behind =
      end === undefined || nextOffset === null
        ? null
        : Number(end > nextOffset ? end - nextOffset : 0n);
    return {
      group: groupId,
      topic,
      partition,
      owned,
      nextOffset: nextOffset === null ? null : Number(nextOffset),
      end: end === undefined ? null : Number(end),
      lag: atEnd ? 0 : behind,
      atEnd,
      lastRecordAgeMs: lastRecordMs === null ? null : Math.max(0, clock.nowMs() - lastRecordMs),
      idleMs: Math.round(nowMs - movedMs),
    };
  };

  return {
    joined: (groupId) => void away.delete(groupId),
    joining: (groupId) => {
      if (!away.has(groupId)) away.set(groupId, 'is being joined again');
    },
    failed: (groupId, reason) => void away.set(groupId, reason),
    probe: async () => {
      // While the broker is away an answer takes long; one question at a time is enough.
      if (probing) return;
      probing = true;
      try {
        const standings = ledger.standings();
        // A worker without a partition stands by; whether the broker is there counts all the same.
        if (standings.length === 0) {
          await broker.topics();
          answeredMs = clock.monotonicMs();
        }
        for (const standing of standings) {
          const { end } = await broker.bounds(standing.topic, standing.partition);
          ends.set(nameOf(standing), end);
          // Of each: a broker that takes long over many partitions is not away.
          answeredMs = clock.monotonicMs();
        }
      } catch {
        // What counts is when it last answered.
      } finally {
        probing = false;
      }
    },
    report: () => {
      const nowMs = clock.monotonicMs();
      const partitions = ledger.standings().map((standing) => partitionHealth(standing, nowMs));
      const brokerAgeMs = answeredMs === null ? null : Math.round(nowMs - answeredMs);
      const reasons = [
        ...(brokerAgeMs === null
          ? ['the broker has not answered yet']
          : brokerAgeMs > AWAY_MS
            ? [`the broker has not answered for ${seconds(brokerAgeMs)}`]
            : []),
        ...[...away].map(([group, reason]) => `the group ${group} ${reason}`),
        ...partitions
          .filter(({ owned, idleMs }) => !owned || idleMs > stallMs)
          .map((at) => {
            const forSo = seconds(at.idleMs);
            return at.owned
              ? `${nameOf(at)} has not moved for ${forSo}`
              : `${nameOf(at)} is assigned but not owned yet, and has not moved for ${forSo}`;
          }),
      ];
      ready ||= reasons.length === 0;
      const status = drain.aborted
        ? 'draining'
        : reasons.length === 0
          ? 'ready'
          : ready
            ? 'unready'
            : 'starting';
      return { status, reasons, brokerAgeMs, partitions };
    },
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
