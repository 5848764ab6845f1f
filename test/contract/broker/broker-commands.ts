import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstValueFrom, take, toArray } from 'rxjs';
import type {
  Broker,
  ConsumerGroup,
  OutgoingRecord,
  PartitionLease,
} from '../../../src/ports/broker.ts';
import { BrokerModel, MODEL_TOPICS } from './broker-model.ts';
import { bytes, hasCode, readAll, text, type BrokerContract } from './broker-scene.ts';

/** The broker under test with what a worker would hold of it. */
interface Worker {
  broker: Broker;
  readonly moveClock: (ms: number) => void;
  readonly reopen: (() => Promise<Broker>) | undefined;
  group: ConsumerGroup;
  /** Of the input's two partitions. */
  leases: readonly PartitionLease[];
  /** Leases that were taken away. */
  readonly stale: PartitionLease[];
}

type Command = fc.AsyncCommand<BrokerModel, Worker>;

const GROUP = 'group';

/** Joins the group and waits for both partitions. */
async function joinAll(broker: Broker): Promise<Pick<Worker, 'group' | 'leases'>> {
  const group = await broker.join(GROUP, ['input']);
  const leases = await firstValueFrom(group.leases$.pipe(take(2), toArray()));
  return { group, leases: leases.sort((a, b) => a.partition - b.partition) };
}

function command(
  name: string,
  run: (model: BrokerModel, worker: Worker) => Promise<void>,
): Command {
  return { check: () => true, run, toString: () => name };
}

const ascii = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'abcdefgh'), maxLength });

const outgoing: fc.Arbitrary<OutgoingRecord> = fc
  .record({
    topic: fc.constantFrom(...MODEL_TOPICS),
    partition: fc.nat(1),
    key: fc.constantFrom('k1', 'k2', 'k3'),
    keyless: fc.boolean(),
    value: fc.option(ascii(150), { freq: 4 }),
    timestampMs: fc.option(fc.integer({ min: 0, max: 3000 }), { freq: 2 }),
  })
  .map(({ topic, partition, key, keyless, value, timestampMs }) => ({
    topic: topic.name,
    partition: partition % topic.partitions,
    key: keyless && !('compacted' in topic) ? null : bytes(key),
    value: value === null ? null : bytes(value),
    ...(timestampMs === null ? {} : { timestampMs }),
  }));
const transaction = fc.array(outgoing, { maxLength: 4 });
const changes = fc
  .array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.option(ascii(5))), { maxLength: 3 })
  .map((entries) => new Map(entries));
const partition = fc.nat(1);
/** Something that makes a whole transaction fail. */
const poison = fc.constantFrom(
  {
    record: { topic: 'missing', key: null, value: null },
    code: 'TOPIC_UNKNOWN',
  },
  {
    record: { topic: 'input', key: null, value: new Uint8Array(2 * 1024 * 1024) },
    code: 'RECORD_TOO_LARGE',
  },
);

const stateBytes = (state: ReadonlyMap<string, string | null>): Map<string, Uint8Array | null> =>
  new Map([...state].map(([key, value]) => [key, value === null ? null : bytes(value)]));

/** Compares everything that can be seen of a broker with the model. */
async function compare(model: BrokerModel, { broker, leases }: Worker): Promise<void> {
  for (const [id, expected] of model.partitions) {
    const [topic, number] = id.split('/') as [string, string];
    const { earliest, end } = expected;
    assert.deepEqual(await broker.bounds(topic, Number(number)), { earliest, end }, id);
    const read = await readAll(broker, topic, Number(number));
    assert.deepEqual(
      read.map(({ offset, key, value, timestampMs }) => ({
        offset,
        key: text(key),
        value: text(value),
        timestampMs,
      })),
      expected.records,
      id,
    );
  }
  for (const { topic, partition: p } of leases) {
    assert.equal(await broker.committedOffset(GROUP, topic, p), model.committed.get(p));
  }
}

/** Compares fresh leases with what was committed, and has the model's worker start there. */
function compareLeases(model: BrokerModel, { leases }: Worker): void {
  for (const { partition: p, startOffset, state } of leases) {
    const start = model.committed.get(p) ?? model.partition('input', p).earliest;
    assert.equal(startOffset, start);
    assert.deepEqual(
      new Map([...state].map(([key, value]) => [key, text(value)])),
      model.state.get(p),
    );
    model.positions.set(p, start);
  }
}

const append = transaction.map((records) =>
  command(`append ${records.length}`, async (model, { broker }) => {
    await broker.append(records);
    model.write(records);
  }),
);

const failAppend = fc.tuple(transaction, poison).map(([records, { record, code }]) =>
  command(`append that fails with ${code}`, async (_, { broker }) => {
    await assert.rejects(broker.append([...records, record]), hasCode(code));
  }),
);

const poll = fc.tuple(partition, fc.integer({ min: 1, max: 4 })).map(([p, maxRecords]) =>
  command(`poll ${maxRecords} of ${p}`, async (model, worker) => {
    const polled = await worker.leases[p]!.poll({ maxRecords, waitMs: 0 });
    const position = model.positions.get(p)!;
    const due = model.partition('input', p).records.filter(({ offset }) => offset >= position);
    assert.deepEqual(
      polled.map(({ offset, value }) => [offset, text(value)]),
      due.slice(0, maxRecords).map(({ offset, value }) => [offset, value]),
    );
    const last = polled.at(-1);
    if (last !== undefined) model.positions.set(p, last.offset + 1n);
  }),
);

const commit = fc.tuple(partition, transaction, changes).map(([p, records, state]) =>
  command(`commit ${records.length} for ${p}`, async (model, worker) => {
    const nextOffset = model.positions.get(p)!;
    await worker.leases[p]!.commit({ nextOffset, records, state: stateBytes(state) });
    model.commit(p, nextOffset, records, state);
  }),
);

const failCommit = fc
  .tuple(partition, transaction, changes, poison)
  .map(([p, records, state, { record, code }]) =>
    command(`commit that fails with ${code}`, async (_, worker) => {
      const attempt = worker.leases[p]!.commit({
        nextOffset: 99n,
        records: [...records, record],
        state: stateBytes(state),
      });
      await assert.rejects(attempt, hasCode(code));
    }),
  );

const staleCommit = fc.tuple(fc.nat(), transaction, changes).map(([which, records, state]) =>
  command('commit of a former owner', async (_, { stale }) => {
    const lease = stale[which % Math.max(1, stale.length)];
    if (lease === undefined) return;
    const attempt = lease.commit({ nextOffset: 99n, records, state: stateBytes(state) });
    await assert.rejects(attempt, hasCode('FENCED'));
  }),
);

const rejoin = fc.boolean().map((leaveFirst) =>
  command(
    leaveFirst ? 'leave and rejoin' : 'join, then the other leaves',
    async (model, worker) => {
      const former = worker.group;
      worker.stale.push(...worker.leases);
      if (leaveFirst) await former.leave();
      const group = await worker.broker.join(GROUP, ['input']);
      if (!leaveFirst) await former.leave();
      // Between the two rebalances the newcomer may have held one partition: its last two leases count.
      const leases: PartitionLease[] = [];
      const live = (): PartitionLease[] => leases.filter(({ revoked }) => !revoked.aborted);
      const subscription = group.leases$.subscribe((lease) => leases.push(lease));
      const deadline = performance.now() + 5000;
      while (live().length < 2) {
        assert.ok(performance.now() < deadline, 'two leases');
        await new Promise((resolve) => setImmediate(resolve));
      }
      subscription.unsubscribe();
      worker.group = group;
      worker.leases = live().sort((a, b) => a.partition - b.partition);
      compareLeases(model, worker);
    },
  ),
);

const clean = fc.integer({ min: 0, max: 1500 }).chain((ms) =>
  fc.constantFrom(ms, ms, ms, ms * 100_000).map((by) =>
    command(`${by} ms pass, clean`, async (model, worker) => {
      worker.moveClock(by);
      model.nowMs += by;
      await worker.broker.clean();
      model.clean();
    }),
  ),
);

const reopen = fc.constant(
  command('close and open', async (model, worker) => {
    if (worker.reopen === undefined) return;
    worker.broker = await worker.reopen();
    // Leases of the closed broker are dead in another way.
    worker.stale.splice(0);
    Object.assign(worker, await joinAll(worker.broker));
    compareLeases(model, worker);
  }),
);

/** Every command is followed by a comparison. */
const compared = (arbitrary: fc.Arbitrary<Command>): fc.Arbitrary<Command> =>
  arbitrary.map((inner) => ({
    check: inner.check,
    toString: inner.toString,
    run: async (model, worker) => {
      await inner.run(model, worker);
      await compare(model, worker);
    },
  }));

/**
 * Holds a broker to a model through random sequences of commands. For brokers whose clock can be moved and
 * whose offsets are known (one marker a transaction), so not for a Kafka server.
 *
 * @param options - `runs`: sequences to try.
 */
export async function compareWithModel(
  contract: Pick<BrokerContract, 'open'>,
  options: { readonly runs: number; readonly seed: number },
): Promise<void> {
  const commands = fc.commands(
    [append, failAppend, poll, commit, failCommit, staleCommit, rejoin, clean, reopen].map(
      compared,
    ),
    { maxCommands: 30 },
  );
  const run = async (sequence: Iterable<Command>): Promise<void> => {
    const under = await contract.open();
    try {
      const { broker, moveClock } = under;
      assert.ok(moveClock);
      const model = new BrokerModel();
      await broker.ensureTopics(MODEL_TOPICS);
      // The model's time is the broker's; where it starts is read off a record.
      await broker.append([{ topic: 'input', partition: 0, key: null, value: bytes('first') }]);
      model.nowMs = (await readAll(broker, 'input'))[0]!.timestampMs;
      model.write([{ topic: 'input', partition: 0, key: null, value: bytes('first') }]);
      const worker: Worker = {
        broker,
        moveClock,
        reopen: under.reopen,
        ...(await joinAll(broker)),
        stale: [],
      };
      compareLeases(model, worker);
      await fc.asyncModelRun(() => ({ model, real: worker }), sequence);
    } finally {
      await under.dispose();
    }
  };
  await fc.assert(fc.asyncProperty(commands, run), { numRuns: options.runs, seed: options.seed });
}
