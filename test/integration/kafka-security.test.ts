import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
import { secl, startWorker } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PASSWORD = 'a-secret-of-this-test';

const NO_OPENSSL =
  'no OpenSSL, which makes the certificate: install it (Debian: apt-get install openssl)';

/** The password in any case, and as SASL PLAIN has it in base64. */
const TELLING = new RegExp(
  [PASSWORD, Buffer.from(`\0worker\0${PASSWORD}`).toString('base64').slice(0, 30)].join('|'),
  'i',
);

/** Files below a folder that hold it. */
const telling = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => TELLING.test(readFileSync(file, 'latin1')));

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const sasl = (mechanism: (typeof MECHANISMS)[number], password: string) => ({
  mechanism,
  user: 'worker',
  password,
});

const NO_OPENSSL =
  'no OpenSSL, which makes the certificate: install it (Debian: apt-get install openssl)';

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
    sasl: sasl('plain', password),
    tls: { ca: pair!.cert },
    patienceMs: 5000,
    ...more,
  });
  before(async () => {
    if (pair === undefined) return;
    const store = join(temporaryFolder(), 'store.pem');
    writeFileSync(store, pair.key + pair.cert);
    const security = 'org.apache.kafka.common.security';
    const scram = `${security}.scram.ScramLoginModule required;`;
    server = await startKafka({
      listener: 'SASL_SSL',
      scram: ['256', '512'].map((bits) => `SCRAM-SHA-${bits}=[name=worker,password=${PASSWORD}]`),
      properties: {
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        'listener.name.sasl_ssl.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_worker="${PASSWORD}";`,
        'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': scram,
        'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': scram,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': store,
      },
    });
  });
  after(() => (pair === undefined ? undefined : server.stop()));

  for (const mechanism of MECHANISMS)
    it(`serves whoever shows both, with ${mechanism}`, async (t) => {
      if (pair === undefined) {
        t.skip(NO_OPENSSL);
        return;
      }
      const broker = await openKafkaBroker(options(PASSWORD, { sasl: sasl(mechanism, PASSWORD) }));
      const [input, out] = [`in-${mechanism}`, `out-${mechanism}`];
      await broker.ensureTopics([{ name: input }, { name: out }]);
      await broker.append([record(input, 'a')]);
      const group = await broker.join(`secure-${mechanism}`, [input]);
      const lease = await firstValueFrom(group.leases$);
      const [a] = await lease.poll({ maxRecords: 1, waitMs: 10_000 });
      await lease.commit({
        nextOffset: a!.offset + 1n,
        records: [record(out, 'b')],
        state: new Map([['k', bytes('v')]]),
      });
      assert.deepEqual(await readTexts(broker, out), ['b']);
      await broker.close();
    });

  /** A topology in a folder of its own, whose secrets stand in files beside that folder. */
  const pipeline = (
    mechanism: (typeof MECHANISMS)[number],
    password: string,
  ): { readonly folder: string; readonly topology: string } => {
    const root = temporaryFolder();
    const [secrets, folder] = [join(root, 'secrets'), join(root, 'run')];
    for (const made of [secrets, folder]) mkdirSync(made);
    const file = (name: string, text: string): string => {
      writeFileSync(join(secrets, name), text);
      return join(secrets, name);
    };
    const topology = join(folder, 'pipeline.yaml');
    writeFileSync(
      topology,
      `version: 1
name: secure
broker:
  kind: kafka
  brokers: ${server.brokers.join(',')}
  folder: ${folder}
  sasl: { mechanism: ${mechanism}, usernameFile: ${file('user', 'worker\n')}, passwordFile: ${file('password', `${password}\n`)} }
  tls: { mode: on, caFile: ${file('ca.pem', pair!.cert)} }
`,
    );
    return { folder, topology };
  };

  it('serves a topology whose secrets stand in files', (t) => {
    if (pair === undefined) {
      t.skip(NO_OPENSSL);
      return;
    }
    const topology = (password: string): string => pipeline('scram-sha-512', password).topology;
    const created = secl('topics', 'create', '--topology', topology(PASSWORD));
    assert.equal(created.code, 0, created.err);
    const checked = secl('topology', 'check', topology(PASSWORD), '--connect');
    assert.equal(checked.code, 0, checked.out + checked.err);
    const refused = secl('topology', 'check', topology('a-wrong-secret'), '--connect');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /BROKER_FAILED/);
    assert.match(refused.err, /Check user, password and mechanism/);
    assert.doesNotMatch(refused.err + refused.out, /secret/);
  });

  for (const mechanism of ['plain', 'scram-sha-256'] as const)
    it(`lets no command tell a wrong password, with ${mechanism}`, (t) => {
      if (pair === undefined) {
        t.skip(NO_OPENSSL);
        return;
      }
      const { folder, topology } = pipeline(mechanism, PASSWORD.toUpperCase());
      const stream = join(folder, 'stream.jsonl');
      writeFileSync(stream, '{"id":"q","question":"Which?"}\n');
      const commands = [
        ['run', '--model', 'stand-in', '--json'],
        ['trainer', '--model', 'stand-in', '--json'],
        ['send', stream],
        ['read', 'answers'],
      ];
      for (const command of commands) {
        const { code, out, err } = secl(...command, '--topology', topology);
        assert.equal(code, 1, `${command.join(' ')}: ${out}${err}`);
        assert.match(out + err, /BROKER_FAILED/);
        assert.match(out + err, /Check user, password and mechanism/);
        assert.doesNotMatch(out + err, TELLING, command.join(' '));
      }
      assert.deepEqual(telling(folder), []);
    });

  it('writes the right one nowhere: into no output and no file', async (t) => {
    if (pair === undefined) {
      t.skip(NO_OPENSSL);
      return;
    }
    const { folder, topology } = pipeline('scram-sha-256', PASSWORD);
    const place = ['--topology', topology];
    const stream = join(folder, 'stream.jsonl');
    const asked = Array.from({ length: 20 }, (_, i) => ({ id: `q${i}`, question: `Which ${i}?` }));
    writeFileSync(stream, asked.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const said = [
      secl('topics', 'create', ...place),
      secl('send', stream, ...place),
      secl('topology', 'describe', topology, '--json'),
      secl('topology', 'show', topology),
      await startWorker(...place, '--until-end').ended,
      secl('read', 'answers', ...place),
    ];
    for (const { code, out, err } of said) {
      assert.equal(code, 0, err);
      assert.doesNotMatch(out + err, TELLING);
    }
    assert.equal(said.at(-1)?.out.trim().split('\n').length, asked.length);
    assert.deepEqual(telling(folder), []);
  });

  it('refuses a wrong password and an unknown authority, and says neither secret', async (t) => {
    if (pair === undefined) {
      t.skip(NO_OPENSSL);
      return;
    }
    const wrong = 'a-wrong-secret';
    const refusals = [
      ...MECHANISMS.map((mechanism) => options(wrong, { sasl: sasl(mechanism, wrong) })),
      options(PASSWORD, { tls: {} }),
    ];
    for (const refused of refusals) {
      await assert.rejects(openKafkaBroker(refused), (error: unknown) => {
        assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret/);
        assert.doesNotMatch(String(error), /secret/);
        return hasCode('BROKER_FAILED')(error);
      });
    }
  });
});
