import { SeclError } from '../../errors/secl-error.ts';
import type { Broker, IncomingRecord, PartitionBounds } from '../../ports/broker.ts';

/** How long a partition may end before what was read of it: a leader that has just begun may not know its end yet. */
export const SHORT_MS = 10_000;

/** Follows one partition, outside any group. */
export interface TopicTail {
  /**
   * Hands over what has been committed since the last call, in order. Calls run one after the other; what one has
   * handed over before it failed does not come again.
   *
   * @throws SeclError of the broker; `OFFSET_OUT_OF_RANGE` where the partition has ended before what was read of it for
   *   longer than a leader takes to begin, and nobody is told instead: its topic was deleted and made again; what the
   *   visitor throws.
   */
  visit(visitor: (record: IncomingRecord) => void, signal?: AbortSignal): Promise<void>;
  /** The same, one by one; whoever stops half way goes on there. Not beside another call. */
  each(signal?: AbortSignal): AsyncIterable<IncomingRecord>;
  /** Offset of the next record that either would give. */
  readonly next: bigint;
}

/**
 * Makes a {@link TopicTail}.
 *
 * @param from - First offset; absent: the earliest kept one. Where what comes next is no longer kept, it goes on with
 *   what is.
 * @param shortMs - How long it may end before that. @defaultValue 10,000
 * @param onMadeAgain - Told, in one sentence, of a topic that was deleted and made again: it is read from its beginning
 *   then. Absent: that is an error.
 */
export function createTopicTail(
  broker: Pick<Broker, 'bounds' | 'read'>,
  topic: string,
  partition: number,
  from = 0n,
  shortMs = SHORT_MS,
  onMadeAgain?: (sentence: string) => void,
): TopicTail {
  let next = from;
  /** End at which everything had been read: beyond the last record there may be offsets that hold none. */
  let readTo = -1n;
  let shortSince: number | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** Looks whether the topic was made again. */
  const noteEnd = ({ earliest, end }: PartitionBounds): void => {
    if (next <= end) {
      shortSince = undefined;
      return;
    }
    shortSince ??= performance.now();
    if (performance.now() - shortSince < shortMs) return;
    const found = `${topic}/${partition} ends at ${String(end)}, and was read up to ${String(next)}: the topic was deleted and made again`;
    if (onMadeAgain === undefined)
      throw new SeclError('OFFSET_OUT_OF_RANGE', found, {
        hint: 'Start the process again: it then reads what is there from its beginning.',
      });
    shortSince = undefined;
    next = earliest;
    readTo = -1n;
    onMadeAgain(`${found}, and is read from its beginning`);
  };
  async function* each(signal?: AbortSignal): AsyncGenerator<IncomingRecord, void, undefined> {
    const bounds = await broker.bounds(topic, partition);
    const { earliest, end } = bounds;
    if (earliest > next) next = earliest;
    noteEnd(bounds);
    if (end === readTo || next >= end) return;
    for await (const record of broker.read(topic, partition, next, signal)) {
      next = record.offset + 1n;
      yield record;
    }
    readTo = end;
  }
  const visit: TopicTail['visit'] = async (visitor, signal) => {
    for await (const record of each(signal)) visitor(record);
  };
  return {
    get next() {
      return next;
    },
    visit: (visitor, signal) => {
      const result = last.then(() => visit(visitor, signal));
      last = result.catch(() => undefined);
      return result;
    },
    each,
  };
}
