import { createReadPosition } from '../../broker/read-position.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { Broker, IncomingRecord } from '../../ports/broker.ts';

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
  from?: bigint,
  shortMs?: number,
  onMadeAgain?: (sentence: string) => void,
): TopicTail {
  const position = createReadPosition(from, shortMs);
  let last: Promise<unknown> = Promise.resolve();
  async function* each(signal?: AbortSignal): AsyncGenerator<IncomingRecord, void, undefined> {
    const { earliest, end } = await broker.bounds(topic, partition);
    const look = () => position.look({ earliest, end }, performance.now());
    if (look() === 'made-again') {
      const sentence = `${topic}/${partition} ends at ${String(end)}, and was read up to ${String(position.next)}: the topic was deleted and made again`;
      if (onMadeAgain === undefined)
        throw new SeclError('OFFSET_OUT_OF_RANGE', sentence, {
          hint: 'Start the process again: it then reads what is there from its beginning.',
        });
      position.restart(earliest);
      onMadeAgain(`${sentence}, and is read from its beginning`);
    }
    if (look() !== 'unread') return;
    for await (const record of broker.read(topic, partition, position.next, signal)) {
      position.took(record.offset);
      yield record;
    }
    position.reached(end);
  }
  const visit: TopicTail['visit'] = async (visitor, signal) => {
    for await (const record of each(signal)) visitor(record);
  };
  return {
    get next() {
      return position.next;
    },
    visit: (visitor, signal) => {
      const result = last.then(() => visit(visitor, signal));
      last = result.catch(() => undefined);
      return result;
    },
    each,
  };
}
