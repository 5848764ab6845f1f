import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppendQueue } from '../../../../src/adapters/kafka/append-queue.ts';
import type { TransactionalWriter } from '../../../../src/adapters/kafka/transactional-writer.ts';
import type { PlannedRecord } from '../../../../src/broker/plan-records.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';

const planned = (topic: string): PlannedRecord => ({
  topic,
  partition: 0,
  key: null,
  value: null,
  headers: {},
  timestampMs: 0,
  bytes: 100,
});

/** A writer that notes transactions, and fails those whose numbers are named. */
function fakeWriter(failing: ReadonlyMap<number, SeclError> = new Map()) {
  const seen: string[] = [];
  let transactions = 0;
  let written = 0n;
  let usable = false;
  const writer = {
    get usable() {
      return usable;
    },
    init: () => {
      seen.push('init');
      usable = true;
      return Promise.resolve();
    },
    write: async (records: readonly PlannedRecord[]) => {
      const error = failing.get(transactions++);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (error !== undefined) {
        usable = false;
        throw error;
      }
      seen.push(records.map(({ topic }) => topic).join(''));
      return records.map(({ topic }) => ({ topic, partition: 0, offset: written++ }));
    },
  };
  return { seen, writer: writer as unknown as TransactionalWriter };
}

describe('append queue', () => {
  it('puts what waits into one transaction, whole and in order', async () => {
    const { seen, writer } = fakeWriter();
    const queue = new AppendQueue(writer);
    const first = queue.append([planned('a'), planned('b')]);
    await new Promise((resolve) => setImmediate(resolve));
    const rest = [queue.append([planned('c')]), queue.append([]), queue.append([planned('d')])];
    assert.deepEqual(
      (await first).map(({ offset }) => offset),
      [0n, 1n],
    );
    assert.deepEqual(
      (await Promise.all(rest)).map((positions) => positions.map((p) => `${p.topic}${p.offset}`)),
      [['c2'], [], ['d3']],
    );
    assert.deepEqual(seen, ['init', 'ab', 'cd']);
  });

  it('never holds more than its callers wait for', async () => {
    const { seen, writer } = fakeWriter();
    const queue = new AppendQueue(writer);
    const callers = 3;
    await Promise.all(
      Array.from({ length: callers }, async () => {
        for (let appends = 0; appends < 20; appends++) await queue.append([planned('a')]);
      }),
    );
    const sizes = seen.filter((each) => each !== 'init').map((each) => each.length);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      60,
    );
    assert.ok(
      sizes.every((size) => size <= callers),
      sizes.join(),
    );
  });

  it('fails those of a failed transaction alone, and begins anew', async () => {
    const large = new SeclError('RECORD_TOO_LARGE', 'x');
    const lost = new SeclError('FENCED', 'x');
    const { seen, writer } = fakeWriter(
      new Map([
        [0, large],
        [1, lost],
      ]),
    );
    const queue = new AppendQueue(writer);
    await assert.rejects(queue.append([planned('a')]), large);
    // Nobody else can own its id: what it does not know is whether the records were written.
    await assert.rejects(
      queue.append([planned('b')]),
      (error) => error instanceof SeclError && error.code === 'BROKER_FAILED',
    );
    await queue.append([planned('c')]);
    assert.deepEqual(seen, ['init', 'init', 'init', 'c']);
  });
});
