import { defer, finalize, type Observable } from 'rxjs';
import type { PartitionLease } from '../../ports/broker.ts';
import { measureLag, type LagOptions } from '../measure-lag.ts';
import type { PartitionLedger } from './partition-ledger.ts';

/** What {@link createLagWatch} needs. */
export interface LagWatchOptions extends Pick<LagOptions, 'telemetry' | 'broker' | 'group'> {
  readonly ledger: Pick<PartitionLedger, 'standings'>;
}

/** Work on a partition, while it is told how far the group is behind in it. */
export type LagWatch = <T>(lease: PartitionLease, source: Observable<T>) => Observable<T>;

/**
 * Tells how far a group is behind in each partition while it is worked on. One that this process has lost waits for
 * another one: it tells no lag of it any more, lest it be counted twice. Where it got it back, what is still under way
 * of the lease before tells nothing.
 */
export function createLagWatch({ ledger, group, ...watched }: LagWatchOptions): LagWatch {
  /** By partition, the lease that came last. */
  const newest = new Map<string, PartitionLease>();
  return (lease, source) => {
    const { topic, partition, revoked } = lease;
    const place = `${topic}/${partition}`;
    const nothingWaits = (): boolean =>
      revoked.aborted ||
      ledger
        .standings()
        .some(
          (at) =>
            at.groupId === group && at.topic === topic && at.partition === partition && at.atEnd,
        );
    return defer(() => {
      newest.set(place, lease);
      const isStale = (): boolean => newest.get(place) !== lease;
      const stop = measureLag({ ...watched, group, topic, partition, nothingWaits, isStale });
      return source.pipe(finalize(() => void stop()));
    });
  };
}
