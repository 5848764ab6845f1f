import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { firstValueFrom } from 'rxjs';
import {
  openKafkaBroker,
  type KafkaBrokerOptions,
} from '../../src/adapters/kafka/open-kafka-broker.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { bytes, hasCode, readTexts, record } from '../contract/broker/broker-scene.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PASSWORD = 'a-secret-of-this-test';

/** A certificate of its own authority for 127.0.0.1, and its key; `undefined` without OpenSSL. */
function certificate(): { readonly cert: string; readonly key: string } | undefined {
  const folder = temporaryFolder();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  if (made.status !== 0) return undefined;
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

function skip(): string | false {
  if (process.env['KAFKA_BROKERS'] !== undefined) return 'the broker’s listeners are not ours';
  return kafkaSkip();
}

describe('Kafka behind TLS and a password', { skip: skip() }, () => {
  const pair = certificate();
  let server: KafkaServer;
  const options = (password: string, more: Partial<KafkaBrokerOptions> = {}) => ({
    brokers: server.brokers,
    clientId: 'secure',
    clock: SYSTEM_CLOCK,
    sasl: { mechanism: 'plain', user: 'worker', password } as const,
    tls: { ca: pair!.cert },
    patienceMs: 5000,
    ...more,
  });
  before(async () => {
    if (pair === undefined) return;
    const store = join(temporaryFolder(), 'store.pem');
    writeFileSync(store, pair.key + pair.cert);
    const login = 'org.apache.kafka.common.security.plain.PlainLoginModule';
    server = await startKafka({
      listener: 'SASL_SSL',
      properties: {
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `${login} required user_worker="${PASSWORD}";`,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': store,
      },
    });
  });
  after(() => (pair === undefined ? undefined : server.stop()));

  it('serves whoever shows both', async (t) => {
    if (pair === undefined) {
      t.skip('OpenSSL makes the certificate, and is not there');
      return;
    }
    const broker = await openKafkaBroker(options(PASSWORD));
    await broker.ensureTopics([{ name: 'in' }, { name: 'out' }]);
    await broker.append([record('in', 'a')]);
    const group = await broker.join('secure', ['in']);
    const lease = await firstValueFrom(group.leases$);
    const [a] = await lease.poll({ maxRecords: 1, waitMs: 10_000 });
    await lease.commit({
      nextOffset: a!.offset + 1n,
      records: [record('out', 'b')],
      state: new Map([['k', bytes('v')]]),
    });
    assert.deepEqual(await readTexts(broker, 'out'), ['b']);
    await broker.close();
  });

  it('refuses a wrong password and an unknown authority, and says neither secret', async (t) => {
    if (pair === undefined) {
      t.skip('OpenSSL makes the certificate, and is not there');
      return;
    }
    const wrong = 'a-wrong-secret';
    for (const refused of [options(wrong), options(PASSWORD, { tls: {} })]) {
      await assert.rejects(openKafkaBroker(refused), (error: unknown) => {
        assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret/);
        assert.doesNotMatch(String(error), /secret/);
        return hasCode('BROKER_FAILED')(error);
      });
    }
  });
});
