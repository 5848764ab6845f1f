import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { connectionOptions, KafkaClient } from '../../../../src/adapters/kafka/kafka-client.ts';
import { isConnectionFault } from '../../../../src/adapters/kafka/kafka-faults.ts';
import { kafkaSettings } from '../../../../src/adapters/kafka/kafka-settings.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';

const usual = { brokers: ['127.0.0.1:9092'], clientId: 'worker', clock: SYSTEM_CLOCK };

describe('connections to Kafka', () => {
  it('have kafkajs’s names for SASL and TLS', () => {
    const tls = { ca: 'authority', cert: 'certificate', key: 'private key' };
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const sasl = { mechanism, user: 'u', password: 'p' };
      const made = connectionOptions(kafkaSettings({ ...usual, sasl, tls }));
      assert.deepEqual(made['sasl'], { mechanism, username: 'u', password: 'p' });
      assert.deepEqual(made['ssl'], tls);
    }
    const plain = connectionOptions(kafkaSettings(usual));
    assert.equal(plain['sasl'], null);
    assert.equal(plain['ssl'], null);
    assert.deepEqual(connectionOptions(kafkaSettings({ ...usual, tls: {} }))['ssl'], {});
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
});
