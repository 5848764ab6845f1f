import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KafkaBrokerOptions } from '../../../../src/adapters/kafka/kafka-broker-options.ts';
import { kafkaSettings } from '../../../../src/adapters/kafka/kafka-settings.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';

const usual: KafkaBrokerOptions = {
  brokers: ['one:9092', '10.0.0.1:19092'],
  clientId: 'worker',
  clock: SYSTEM_CLOCK,
};

const refused = (more: Partial<KafkaBrokerOptions>, says: RegExp): void => {
  assert.throws(
    () => kafkaSettings({ ...usual, ...more }),
    (error: unknown) => {
      assert.ok(error instanceof SeclError && error.code === 'PRECONDITION');
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /hidden/);
      return true;
    },
  );
};

describe('Kafka settings', () => {
  it('fills in what is left open', () => {
    const settings = kafkaSettings({ ...usual, sessionTimeoutMs: 9000 });
    assert.equal(settings.heartbeatMs, 900);
    assert.equal(settings.maxRecordBytes, 1_048_576);
    assert.equal(settings.replicationFactor, -1);
  });

  it('refuses what no broker could take, and says no secret', () => {
    refused({ brokers: [] }, /address/);
    refused({ brokers: ['nowhere'] }, /host:port/);
    refused({ brokers: ['a:1 b:2'] }, /host:port/);
    refused({ tls: { cert: 'hidden' } }, /belong together/);
    refused({ tls: { key: 'hidden' } }, /belong together/);
    refused({ sasl: { mechanism: 'plain', user: '', password: 'hidden' } }, /user/);
    refused({ sessionTimeoutMs: 0 }, /sessionTimeoutMs/);
    refused({ patienceMs: Number.NaN }, /patienceMs/);
  });
});
