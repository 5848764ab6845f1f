import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { filter, firstValueFrom, type Observable } from 'rxjs';
import type KafkaNode from 'kafkajs/src/broker/index.js';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { KafkaClient } from '../../src/adapters/kafka/kafka-client.ts';
import { kafkaSettings } from '../../src/adapters/kafka/kafka-settings.ts';
import { RequestLimits } from '../../src/adapters/kafka/request-limits.ts';
import { keepTrying } from '../../src/adapters/kafka/keep-trying.ts';
import { ownPartition, type BrokerContext } from '../../src/adapters/kafka/owned-partition.ts';
import { ownerId, stateTopic } from '../../src/adapters/kafka/group-state.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { Broker, PartitionLease } from '../../src/ports/broker.ts';
import { bytes, hasCode, readTexts, record, text } from '../contract/broker/broker-scene.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';

const next = (leases$: Observable<PartitionLease>): Promise<PartitionLease> =>
  firstValueFrom(leases$.pipe(filter((lease) => !lease.revoked.aborted)));

/** Leaders and coordinators are not there at once. */
const again = <T>(work: () => Promise<T>): Promise<T> => keepTrying(work, { patienceMs: 10_000 });

const commitOf = (nextOffset: bigint, topic: string, value: string) => ({
  nextOffset,
  records: [record(topic, value)],
  state: new Map([['last', bytes(value)]]),
});

describe('Kafka, when things go wrong', { skip: kafkaSkip() }, () => {
  let server: KafkaServer;
  let broker: Broker;
  const options = () => ({
    brokers: server.brokers,
    clientId: 'faults',
    clock: SYSTEM_CLOCK,
    // The least that a broker allows unless it is told otherwise.
    sessionTimeoutMs: 6000,
    heartbeatMs: 100,
    transactionTimeoutMs: 10_000,
  });
  const client = (): KafkaClient => new KafkaClient(kafkaSettings(options()));
  let names = 0;
  const topic = async (partitions = 1): Promise<string> => {
    const name = `faults-${process.pid}-${names++}`;
    await broker.ensureTopics([{ name, partitions }]);
    return name;
  };
  before(async () => {
    server = await startKafka();
    broker = await openKafkaBroker(options());
  });
  after(async () => {
    await broker.close();
    await server.stop();
  });

  const contextOf = (): BrokerContext => ({
    settings: kafkaSettings(options()),
    limits: new RequestLimits(),
    isClosed: () => false,
    plan: (records) =>
      Promise.resolve(
        records.map((r) => ({ ...r, partition: 0, headers: {}, timestampMs: 1, bytes: 200 })),
      ),
  });

  it('fences an owner that hears nothing by the transactional id alone', async () => {
    const [input, out] = [await topic(), await topic()];
    await broker.ensureTopics([{ name: stateTopic('zombies', input), compacted: true }]);
    const context = contextOf();
    const owner = { groupId: 'zombies', topic: input, partition: 0 };
    const { signal } = new AbortController();
    const lost: string[] = [];
    const zombie = await ownPartition(context, owner, signal, () => lost.push('zombie'));
    await zombie.lease.commit(commitOf(1n, out, 'before'));
    const heir = await ownPartition(context, owner, signal, () => lost.push('heir'));
    assert.equal(heir.lease.startOffset, 1n);
    assert.equal(text(heir.lease.state.get('last')!), 'before');
    await assert.rejects(zombie.lease.commit(commitOf(9n, out, 'zombie')), hasCode('FENCED'));
    await heir.lease.commit(commitOf(2n, out, 'heir'));
    await assert.rejects(zombie.lease.commit(commitOf(9n, out, 'zombie')), hasCode('FENCED'));
    assert.deepEqual(await readTexts(broker, out), ['before', 'heir']);
    assert.equal(await broker.committedOffset('zombies', input, 0), 2n);
    assert.deepEqual([...new Set(lost)], ['zombie']);
    await Promise.all([zombie.close(), heir.close()]);
  });

  it('begins where an owner that was killed in mid-commit came to, with the state of there', async () => {
    const input = await topic();
    const owner = { groupId: 'killed', topic: input, partition: 0 };
    const { groupId } = owner;
    const changelog = stateTopic(groupId, input);
    await broker.ensureTopics([{ name: changelog, compacted: true }]);
    const transactionalId = ownerId(owner);
    let committed: bigint | undefined;
    for (let nextOffset = 1n; nextOffset <= 20n; nextOffset++) {
      const killed = client();
      const onTransactions = <T>(work: (node: KafkaNode) => Promise<T>): Promise<T> =>
        again(() => killed.onCoordinator('transaction', transactionalId, work));
      const producer = await onTransactions((node) =>
        node.initProducerId({ transactionalId, transactionTimeout: 10_000 }),
      );
      const transaction = { transactionalId, ...producer };
      const value = Buffer.from(String(nextOffset));
      const timestamp = String(Date.now());
      const messages = [{ key: Buffer.from('last'), value, headers: {}, timestamp }];
      const topics = [{ topic: changelog, partitions: [0] }];
      await onTransactions((node) => node.addPartitionsToTxn({ ...transaction, topics }));
      await onTransactions((node) => node.addOffsetsToTxn({ ...transaction, groupId }));
      await again(() =>
        killed.onLeader({ topic: changelog, partition: 0 }, (node) =>
          node.produce({
            ...{ ...transaction, acks: -1, timeout: 5000 },
            topicData: [
              { topic: changelog, partitions: [{ partition: 0, firstSequence: 0, messages }] },
            ],
          }),
        ),
      );
      const partitions = [{ partition: 0, offset: String(nextOffset), metadata: null }];
      await again(() =>
        killed.onCoordinator('group', groupId, (node) =>
          node.txnOffsetCommit({ ...transaction, groupId, topics: [{ topic: input, partitions }] }),
        ),
      );
      // Every other one is killed before it asks for the end; the others before the markers are written.
      if (nextOffset % 2n === 0n) {
        await onTransactions((node) => node.endTxn({ ...transaction, transactionResult: true }));
        committed = nextOffset;
      }
      const heir = await ownPartition(
        contextOf(),
        owner,
        new AbortController().signal,
        () => undefined,
      );
      const last = heir.lease.state.get('last');
      assert.equal(heir.lease.startOffset, committed ?? 0n);
      assert.equal(last === undefined ? undefined : BigInt(text(last)!), committed);
      await Promise.all([killed.close(), heir.close()]);
    }
  });

  it('reads past what a transaction left open and the next owner aborted', async () => {
    const [input, out] = [await topic(), await topic()];
    const half = client();
    const transactionalId = `half/${input}/0`;
    const producer = await half.onCoordinator('transaction', transactionalId, (node) =>
      node.initProducerId({ transactionalId, transactionTimeout: 10_000 }),
    );
    const transaction = { transactionalId, ...producer };
    const message = { key: null, value: Buffer.from('never'), headers: {}, timestamp: '1' };
    await half.onCoordinator('transaction', transactionalId, (node) =>
      node.addPartitionsToTxn({ ...transaction, topics: [{ topic: out, partitions: [0] }] }),
    );
    await half.onLeader({ topic: out, partition: 0 }, (node) =>
      node.produce({
        ...transaction,
        acks: -1,
        timeout: 5000,
        topicData: [
          { topic: out, partitions: [{ partition: 0, firstSequence: 0, messages: [message] }] },
        ],
      }),
    );
    await half.close();
    await broker.ensureTopics([{ name: stateTopic('half', input), compacted: true }]);
    const group = await broker.join('half', [input]);
    const lease = await next(group.leases$);
    await lease.commit(commitOf(0n, out, 'whole'));
    assert.deepEqual(await readTexts(broker, out), ['whole']);
    await group.leave();
  });

  it('refuses an offset that retention deleted, and does not skip to another', async () => {
    const input = await topic();
    const positions = await broker.append(['a', 'b', 'c'].map((value) => record(input, value)));
    const group = await broker.join('lost', [input]);
    const lease = await next(group.leases$);
    const raw = client();
    await raw.onLeader({ topic: input, partition: 0 }, (node) =>
      node.deleteRecords({
        topics: [
          { topic: input, partitions: [{ partition: 0, offset: String(positions[2]!.offset) }] },
        ],
      }),
    );
    await raw.close();
    await assert.rejects(lease.poll({ maxRecords: 1, waitMs: 0 }), hasCode('OFFSET_OUT_OF_RANGE'));
    await assert.rejects(async () => {
      for await (const _ of broker.read(input, 0, 0n));
    }, hasCode('OFFSET_OUT_OF_RANGE'));
    await group.leave();
  });

  it('reads and writes the partitions that a topic got since it was first asked for', async () => {
    const name = await topic();
    await broker.append([record(name, 'a')]);
    assert.equal((await broker.bounds(name, 0)).earliest, 0n);
    const raw = client();
    await raw.onAny((node: KafkaNode) =>
      node.createPartitions({ timeout: 5000, topicPartitions: [{ topic: name, count: 2 }] }),
    );
    await keepTrying(() => raw.leader({ topic: name, partition: 1 }), {
      patienceMs: 10_000,
      again: () => true,
    });
    await raw.close();
    const [written] = await broker.append([record(name, 'b', 1)]);
    assert.equal(written?.partition, 1);
    assert.deepEqual(await readTexts(broker, name, 1), ['b']);
    assert.equal((await broker.bounds(name, 1)).earliest, 0n);
    await assert.rejects(broker.append([record(name, 'c', 2)]), hasCode('TOPIC_UNKNOWN'));
  });

  it('reads what a topic compresses, in each of Kafka’s ways', async () => {
    const values = Array.from({ length: 300 }, (_, i) => `the colour of thing ${i % 7}`);
    for (const kind of ['gzip', 'snappy', 'lz4', 'zstd']) {
      const name = await topic();
      const raw = client();
      const configEntries = [{ name: 'compression.type', value: kind }];
      await raw.onAny((node) =>
        node.alterConfigs({ resources: [{ type: 2, name, configEntries }] }),
      );
      await raw.close();
      await broker.append(values.map((value) => record(name, value)));
      assert.deepEqual(await readTexts(broker, name), values, kind);
    }
  });

  it('says that a topic was deleted under a running lease', async () => {
    const [input, out] = [await topic(), await topic()];
    const group = await broker.join('deleted', [input]);
    const lease = await next(group.leases$);
    await lease.commit(commitOf(0n, out, 'x'));
    const raw = client();
    await raw.onAny((node: KafkaNode) => node.deleteTopics({ topics: [input], timeout: 5000 }));
    await assert.rejects(async () => {
      for (;;) await lease.poll({ maxRecords: 1, waitMs: 200 });
    }, hasCode('TOPIC_UNKNOWN'));
    await group.leave();
    // Its offsets went with it, the state about it did not: nobody answers everything again unasked.
    await raw.close();
    await broker.ensureTopics([{ name: input }]);
    const again = await broker.join('deleted', [input]);
    await assert.rejects(next(again.leases$), hasCode('STATE_MISMATCH'));
  });

  it('takes up its partition again when its transaction was ended behind its back', async () => {
    const [input, out] = [await topic(), await topic()];
    const group = await broker.join('usurped', [input]);
    const lease = await next(group.leases$);
    await lease.commit(commitOf(3n, out, 'mine'));
    const raw = client();
    const transactionalId = `usurped/${input}/0`;
    await raw.onCoordinator('transaction', transactionalId, (node) =>
      node.initProducerId({ transactionalId, transactionTimeout: 10_000 }),
    );
    await raw.close();
    await assert.rejects(lease.commit(commitOf(4n, out, 'lost')), hasCode('FENCED'));
    assert.ok(lease.revoked.aborted);
    const again = await next(group.leases$);
    assert.equal(again.startOffset, 3n);
    await again.commit(commitOf(4n, out, 'again'));
    assert.deepEqual(await readTexts(broker, out), ['mine', 'again']);
    await group.leave();
  });

  it('loses its partitions when it takes records and does nothing', async () => {
    const input = await topic();
    await broker.append([record(input, 'a')]);
    const own = await openKafkaBroker({ ...options(), progressTimeoutMs: 300 });
    const group = await own.join('stalled', [input]);
    const failed = new Promise((resolve) => {
      group.leases$.subscribe({ error: resolve });
    });
    const lease = await next(group.leases$);
    await lease.poll({ maxRecords: 1, waitMs: 1000 });
    hasCode('STALLED')(await failed);
    assert.ok(lease.revoked.aborted);
    await own.close();
  });

  it('goes on after the broker was killed and started again', async (t) => {
    if (server.signal === undefined || server.restart === undefined) {
      t.skip('the broker is not ours to kill');
      return;
    }
    const [input, out] = [await topic(), await topic()];
    const group = await broker.join('restarted', [input]);
    const lease = await next(group.leases$);
    await lease.commit(commitOf(1n, out, 'before'));
    await server.signal('SIGKILL');
    const pending = lease.commit(commitOf(2n, out, 'during')).then(
      () => 'written',
      (error: unknown) => {
        hasCode('FENCED')(error);
        return 'fenced';
      },
    );
    await server.restart();
    await pending;
    const live = await next(group.leases$);
    const done = await broker.committedOffset('restarted', input, 0);
    await live.commit(commitOf(3n, out, 'after'));
    assert.deepEqual(
      await readTexts(broker, out),
      done === 2n ? ['before', 'during', 'after'] : ['before', 'after'],
    );
    await group.leave();
  });
});
