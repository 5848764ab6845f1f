import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import KafkaNode from 'kafkajs/src/broker/index.js';
import { BatchNode } from '../../../../src/adapters/kafka/batch-node.ts';
import { connectionOptions, KafkaClient } from '../../../../src/adapters/kafka/kafka-client.ts';
import { isConnectionFault, isTransient } from '../../../../src/adapters/kafka/kafka-faults.ts';
import { kafkaSettings } from '../../../../src/adapters/kafka/kafka-settings.ts';
import { RequestLimits } from '../../../../src/adapters/kafka/request-limits.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { brokenConnection } from '../../../support/fake-kafka-client.ts';
import { until } from '../../../support/worker-run.ts';

interface Limited {
  readonly requestQueue: { readonly requestTimeout: number };
}

const usual = { brokers: ['127.0.0.1:9092'], clientId: 'worker', clock: SYSTEM_CLOCK };

describe('connections to Kafka', () => {
  it('have kafkajs’s names for SASL and TLS', () => {
    const tls = { ca: 'authority', cert: 'certificate', key: 'private key' };
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const sasl = { mechanism, user: 'u', password: 'p' };
      const made = connectionOptions(kafkaSettings({ ...usual, sasl, tls }), 1000);
      assert.deepEqual(made['sasl'], { mechanism, username: 'u', password: 'p' });
      assert.deepEqual(made['ssl'], tls);
    }
    const plain = connectionOptions(kafkaSettings(usual), 1000);
    assert.equal(plain['sasl'], null);
    assert.equal(plain['ssl'], null);
    assert.deepEqual(connectionOptions(kafkaSettings({ ...usual, tls: {} }), 1000)['ssl'], {});
  });

  it('try each address to begin with, and say that none answers', async () => {
    let attempts = 0;
    // Hangs up on whoever connects.
    const server = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const brokers = [`127.0.0.1:${port}`, `localhost:${port}`, `127.0.0.1:${port}`];
    const client = new KafkaClient(kafkaSettings({ ...usual, brokers }));
    await assert.rejects(client.topics(), isConnectionFault);
    assert.equal(attempts, 3);
    await client.close();
    server.close();
  });

  it('give up every request of a connection that one of them found broken', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => Promise.resolve());
    t.mock.method(KafkaNode.prototype, 'isConnected', () => true);
    // kafkajs waits for what is under way, and settles none of it where the connection breaks meanwhile.
    t.mock.method(KafkaNode.prototype, 'disconnect', () => new Promise(() => undefined));
    const client = new KafkaClient(kafkaSettings(usual));
    await client.onAny(() => Promise.resolve());
    const waiting = client.onAny(() => new Promise<never>(() => undefined));
    const outcome = Promise.race([
      waiting,
      new Promise((resolve) => {
        setTimeout(resolve, 5000, 'still waiting').unref();
      }),
    ]);
    await assert.rejects(
      client.onAny(() => Promise.reject(brokenConnection())),
      isConnectionFault,
    );
    await assert.rejects(outcome, isConnectionFault);
  });

  it('carry as many requests at once as there are, without a warning', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => Promise.resolve());
    t.mock.method(KafkaNode.prototype, 'isConnected', () => true);
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    const warnings: string[] = [];
    const note = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', note);
    const client = new KafkaClient(kafkaSettings(usual));
    const ask = (): Promise<void> =>
      client.onAny(
        () =>
          new Promise((resolve) => {
            setTimeout(resolve, 20);
          }),
      );
    await ask();
    await Promise.all(Array.from({ length: 20 }, ask));
    await client.close();
    // Warnings are told in a later turn.
    await new Promise(setImmediate);
    process.off('warning', note);
    assert.deepEqual(warnings, []);
  });

  it('end what waits for a connection that is given up while it is being made', async (t) => {
    const [first, other] = [new Set<KafkaNode>(), new Set<KafkaNode>()];
    t.mock.method(KafkaNode.prototype, 'connect', function (this: KafkaNode) {
      if (first.size === 0) first.add(this);
      if (first.has(this)) return Promise.resolve();
      other.add(this);
      return new Promise(() => undefined);
    });
    t.mock.method(KafkaNode.prototype, 'isConnected', function (this: KafkaNode) {
      return first.has(this);
    });
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    const client = new KafkaClient(kafkaSettings(usual));
    const coordinator = { nodeId: 1, host: '127.0.0.1', port: 9093 };
    t.mock.method(KafkaNode.prototype, 'findGroupCoordinator', () =>
      Promise.resolve({ coordinator }),
    );
    const asking = client.onCoordinator('group', 'g', () => Promise.resolve('answered'));
    const outcome = Promise.race([
      asking,
      new Promise((resolve) => {
        setTimeout(resolve, 5000, 'still connecting').unref();
      }),
    ]);
    const refused = assert.rejects(outcome, isConnectionFault);
    await until(() => other.size === 1);
    await client.close();
    await refused;
  });

  it('give requests longer after one took too long, on connections made from then on', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => Promise.resolve());
    t.mock.method(KafkaNode.prototype, 'isConnected', () => true);
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    const tooLong = (): Promise<never> =>
      Promise.reject(
        Object.assign(new Error('Request timed out'), { name: 'KafkaJSRequestTimeoutError' }),
      );
    const limits: unknown[] = [];
    const ask = (client: KafkaClient, answer: () => Promise<unknown>): Promise<unknown> =>
      client.onAny((node) => {
        const [connection] = (node as unknown as { connectionPool: { pool: Limited[] } })
          .connectionPool.pool;
        limits.push(connection?.requestQueue.requestTimeout);
        return answer();
      });
    const limit = new RequestLimits();
    const client = new KafkaClient(kafkaSettings(usual), limit);
    await assert.rejects(ask(client, tooLong), isConnectionFault);
    await ask(client, () => Promise.resolve());
    // A client that comes later knows what this one learnt.
    const later = new KafkaClient(kafkaSettings(usual), limit);
    await ask(later, () => Promise.resolve());
    assert.deepEqual(limits, [20_000, 40_000, 40_000]);
    await client.close();
    await later.close();
  });

  it('try an address that did not answer in time after the others', async (t) => {
    const tried: string[] = [];
    t.mock.method(KafkaNode.prototype, 'connect', function (this: KafkaNode) {
      tried.push(this.connectionPool.host);
      return Promise.reject(brokenConnection());
    });
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    const limits = new RequestLimits();
    limits.timedOut('a:1', 20_000);
    const client = new KafkaClient(
      kafkaSettings({ ...usual, brokers: ['a:1', 'b:1', 'c:1'] }),
      limits,
    );
    await assert.rejects(client.topics(), isConnectionFault);
    assert.deepEqual(tried, ['b', 'c', 'a']);
    await client.close();
  });

  it('give up an attempt to connect that kafkajs never settles', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => new Promise(() => undefined));
    t.mock.method(KafkaNode.prototype, 'isConnected', () => false);
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const client = new KafkaClient(kafkaSettings(usual));
    let failure: unknown;
    client.topics().catch((error: unknown) => (failure = error));
    // To connect 5 s, twice a request's 20 s, and 20 s more.
    for (const [ms, isOver] of [
      [64_000, false],
      [2000, true],
    ] as const) {
      await new Promise(setImmediate);
      t.mock.timers.tick(ms);
      await new Promise(setImmediate);
      assert.equal(failure !== undefined, isOver);
    }
    assert.ok(isConnectionFault(failure));
    t.mock.timers.reset();
    await client.close();
  });

  it('ask again for a topic of which a partition is meant that they do not know', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => Promise.resolve());
    t.mock.method(KafkaNode.prototype, 'isConnected', () => true);
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    let partitions = 1;
    const asked = t.mock.method(BatchNode.prototype, 'metadata', () => {
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        ...{ partitionId, leader: 7, replicas: [7] },
      }));
      return Promise.resolve({
        brokers: [],
        topicMetadata: [{ topic: 't', isInternal: false, partitionMetadata }],
      });
    });
    const client = new KafkaClient(kafkaSettings(usual));
    assert.equal(await client.leader({ topic: 't', partition: 0 }), 7);
    partitions = 2;
    assert.equal(await client.partitionCount('t'), 1);
    assert.equal(asked.mock.callCount(), 1);
    assert.equal(await client.leader({ topic: 't', partition: 1 }), 7);
    assert.equal(await client.partitionCount('t'), 2);
    assert.equal(asked.mock.callCount(), 2);
    await assert.rejects(client.leader({ topic: 't', partition: 2 }), { code: 'TOPIC_UNKNOWN' });
    await client.close();
  });

  it('go on with the partitions that have a leader, and ask again for one that has none', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => Promise.resolve());
    t.mock.method(KafkaNode.prototype, 'isConnected', () => true);
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    let leader = -1;
    t.mock.method(BatchNode.prototype, 'metadata', () => {
      const partitionMetadata = [7, leader].map((each, partitionId) => ({
        ...{ partitionId, leader: each, replicas: [7] },
      }));
      return Promise.resolve({
        brokers: [],
        topicMetadata: [{ topic: 't', isInternal: false, partitionMetadata }],
      });
    });
    const client = new KafkaClient(kafkaSettings(usual));
    assert.equal(await client.partitionCount('t'), 2);
    assert.equal(await client.leader({ topic: 't', partition: 0 }), 7);
    await assert.rejects(client.leader({ topic: 't', partition: 1 }), isTransient);
    leader = 8;
    assert.equal(await client.leader({ topic: 't', partition: 1 }), 8);
    await client.close();
  });

  it('share the first connection, whoever asks at the same time', async (t) => {
    t.mock.method(KafkaNode.prototype, 'connect', () => Promise.resolve());
    t.mock.method(KafkaNode.prototype, 'isConnected', () => true);
    t.mock.method(KafkaNode.prototype, 'disconnect', () => Promise.resolve());
    const client = new KafkaClient(kafkaSettings(usual));
    const used = new Set<unknown>();
    const ask = (): Promise<void> =>
      client.onAny((node) => {
        used.add(node);
        return Promise.resolve();
      });
    await Promise.all([ask(), ask(), ask()]);
    await ask();
    assert.equal(used.size, 1);
    await client.close();
  });
});
