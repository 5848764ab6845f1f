import type { Broker } from '../ports/broker.ts';
import type { Telemetry } from '../ports/telemetry.ts';

/** What {@link measureLag} watches. */
export interface LagOptions {
  readonly telemetry: Telemetry;
  readonly broker: Pick<Broker, 'bounds' | 'committedOffset'>;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /**
   * Whether it is known that nothing waits: marks of transactions take offsets too, so the end may lie ahead of the
   * newest commit where no record does. Absent: never known.
   */
  readonly nothingWaits?: () => boolean;
  /** @defaultValue 5000 */
  readonly everyMs?: number;
}

/**
 * Tells again and again how many records wait for a group behind its newest commit. A broker that cannot be asked
 * leaves the number as it was.
 *
 * @returns Stops it, after telling once more.
 */
export function measureLag(options: LagOptions): () => Promise<void> {
  const { telemetry, broker, group, topic, partition, nothingWaits, everyMs = 5000 } = options;
  if (!telemetry.on) return () => Promise.resolve();
  const tell = async (): Promise<void> => {
    try {
      const { earliest, end } = await broker.bounds(topic, partition);
      const next = (await broker.committedOffset(group, topic, partition)) ?? earliest;
      const ahead = nothingWaits?.() === true ? 0 : Math.max(0, Number(end - next));
      telemetry.measure('secl.consumer.lag', ahead, {
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': String(partition),
        'messaging.consumer.group.name': group,
      });
    } catch {
      // Whoever works with the broker says what is wrong with it.
    }
  };
  let last = tell();
  const timer = setInterval(() => {
    last = last.then(tell);
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await last;
    await tell();
  };
}
