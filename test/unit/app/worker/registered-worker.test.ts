import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { frameConfluent } from '../../../../src/adapters/avro/confluent-frame.ts';
import { openSchemaRegistry } from '../../../../src/adapters/registry/open-schema-registry.ts';
import { createSubjects, subjectFaults } from '../../../../src/app/worker/check-subjects.ts';
import { followGroups } from '../../../../src/app/worker/follow-groups.ts';
import { groupsOf } from '../../../../src/app/worker/groups-of.ts';
import { learnSchemas } from '../../../../src/app/worker/learn-schemas.ts';
import { openRegisteredCodecs } from '../../../../src/app/worker/open-records.ts';
import { openRegistry } from '../../../../src/app/worker/open-registry.ts';
import { subjectOf, WORKER_WRITES } from '../../../../src/app/worker/record-subjects.ts';
import { createPartitionLedger } from '../../../../src/app/worker/partition-ledger.ts';
import { monitorHealth } from '../../../../src/app/worker/worker-health.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import type { SchemaRegistry } from '../../../../src/ports/schema-registry.ts';
import type { Topology } from '../../../../src/topology/topology.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { startLocalRegistry, type LocalRegistry } from '../../../support/local-registry.ts';
import { codecs as plain, OFF } from '../../../support/loop-run.ts';
import { question } from '../../../support/secl-fixture.ts';
import {
  readTopic,
  startWorker,
  until,
  workerDisk,
  workerTopology,
} from '../../../support/worker-run.ts';

const SUBJECTS = 9;

/** A pipeline whose subjects begin with a name of their own. */
function topologyOf(name: string, url: string, register = true): Topology {
  const base = workerTopology(1, OFF);
  const topics = Object.fromEntries(
    Object.entries(base.topics).map(([key, topic]) => [key, `${name}.${String(topic)}`]),
  ) as unknown as Topology['topics'];
  const registry = { ...base.broker.registry, url, register };
  return { ...base, topics, broker: { ...base.broker, kind: 'kafka', registry } };
}

describe('a worker with a schema registry', () => {
  let server: LocalRegistry;
  let registry: SchemaRegistry;
  before(async () => {
    server = await startLocalRegistry();
    const { url } = server;
    registry = openSchemaRegistry({
      url,
      timeoutMs: 5000,
      random: seededRandom(1),
      attempts: 2,
      firstWaitMs: 1,
    });
  });
  after(() => server.stop());

  it('makes dead letters of what cannot be read, waits while nobody answers, and loses nothing', async () => {
    const topology = topologyOf('away', server.url);
    const { topics } = topology;
    const { codecs, writers } = await openRegisteredCodecs(topology, registry, [
      ...WORKER_WRITES,
      'question',
    ]);
    const disk = await workerDisk(topology);
    const broker = learnSchemas(disk.broker, writers);
    const send = (...values: Uint8Array[]): Promise<unknown> =>
      broker.append(values.map((value) => ({ topic: topics.questions, key: null, value })));
    const [first, second] = ['q1', 'q2'].map((id) => codecs.question.encode(question({ id })));
    const bad = [
      Uint8Array.of(1, ...(first ?? []).slice(1)),
      (first ?? assert.fail()).slice(0, -1),
      frameConfluent(4711, (first ?? assert.fail()).slice(5)),
    ];
    await send(...bad);
    const ledger = createPartitionLedger(SYSTEM_CLOCK);
    const monitor = monitorHealth({
      ...{ ledger, broker, clock: SYSTEM_CLOCK, stallMs: 60_000 },
      groups: [groupsOf(topology).answering, groupsOf(topology).calibrating],
      drain: new AbortController().signal,
    });
    const troubles: string[] = [];
    const worker = startWorker(
      topology,
      { ...disk, broker },
      {
        codecs,
        ledger,
        ...followGroups(monitor, (sentence) => troubles.push(sentence)),
      },
    );
    const letters = () => readTopic(broker, topics.deadLetters, codecs.deadLetter);
    await until(async () => (await letters()).length === 3);
    assert.deepEqual(
      (await letters()).map(({ value }) => value),
      bad,
    );

    // A writer with a schema of its own, which nobody here has seen, and then the registry is gone.
    const { fields, ...rest } = JSON.parse(plain.question.schemaText) as { fields: object[] };
    const more = [...fields, { name: 'tag', type: ['null', 'string'], default: null }];
    const subject = subjectOf('question', topology, codecs);
    const id = await registry.register(subject, JSON.stringify({ ...rest, fields: more }));
    await server.stop();
    // The new field is null: branch 0, one byte.
    await send(
      frameConfluent(id, Uint8Array.of(...(first ?? []).slice(5), 0)),
      second ?? assert.fail(),
    );
    await until(() => troubles.length > 0);
    await monitor.probe();
    const { status, reasons } = monitor.report();
    assert.notEqual(status, 'ready');
    assert.match(reasons.join(), /answering was left: the schema registry at .* cannot be reached/);
    assert.equal((await letters()).length, 3);

    await server.start();
    const answers = () => readTopic(broker, topics.answers, codecs.answer);
    await until(async () => (await answers()).length === 2);
    await until(() => monitor.report().reasons.length === 0);
    assert.deepEqual(
      (await answers()).map(({ questionId }) => questionId),
      ['q1', 'q2'],
    );
    assert.equal((await letters()).length, 3);
    worker.drain();
    await worker.ended;
  });

  it('writes nothing for a registry that lacks its schemas, unless it may register them', async () => {
    const topology = topologyOf('lacking', server.url, false);
    const open = () => openRegisteredCodecs(topology, registry, ['answer']);
    const refused = await expectFailure(open(), 'REGISTRY_FAILED');
    assert.match(refused.message, /under the subject lacking\.qa\.answers-value/);
    assert.match(refused.hint ?? '', /secl topics create/);
    const created = await createSubjects(registry, topology);
    assert.equal(created.filter((subject) => subject.created).length, SUBJECTS);
    assert.equal(
      (await createSubjects(registry, topology)).filter((subject) => subject.created).length,
      0,
    );
    await open();
  });

  it('tells what is missing, would be refused, or could not be read, and registers nothing', async () => {
    const topology = topologyOf('checked', server.url, false);
    const faults = () => subjectFaults(registry, topology);
    assert.deepEqual(
      (await faults()).map(({ fault }) => fault),
      Array.from({ length: SUBJECTS }, () => 'is missing'),
    );
    assert.deepEqual(await subjectFaults(registry, topologyOf('checked', server.url, true)), []);
    await createSubjects(registry, topology);
    assert.deepEqual(await faults(), []);
    const subject = subjectOf('alert', topologyOf('other', server.url), plain);
    await registry.register(subject, '"string"');
    const other = (await subjectFaults(registry, topologyOf('other', server.url))).map(
      ({ fault }) => fault.replace(/schema of this version: .*/, 'schema of this version: …'),
    );
    assert.deepEqual(other, [
      'refuses the schema of this version: …',
      'has the version 1, which cannot be read as stream.secl.Alert',
    ]);
  });

  it('names subjects by topic, record, or both', () => {
    const named = (subjects: 'topic' | 'record' | 'topic-record'): string => {
      const { topics, broker } = topologyOf('n', server.url);
      const registrySettings = { ...broker.registry, subjects };
      return subjectOf(
        'answer',
        { topics, broker: { ...broker, registry: registrySettings } },
        plain,
      );
    };
    assert.equal(named('topic'), 'n.qa.answers-value');
    assert.equal(named('record'), 'stream.secl.Answer');
    assert.equal(named('topic-record'), 'n.qa.answers-stream.secl.Answer');
  });

  it('takes name and password from where the topology says, and needs no registry without one', async () => {
    const { broker } = topologyOf('secret', server.url);
    const at = { ...broker.registry, usernameEnv: 'WHO', passwordEnv: 'HOW' };
    const opened = await openRegistry({ ...broker, registry: at }, undefined, {
      WHO: 'me',
      HOW: 'secret',
    });
    await opened?.newest('none');
    assert.equal(server.authorization(), `Basic ${Buffer.from('me:secret').toString('base64')}`);
    const missing = await expectFailure(
      openRegistry({ ...broker, registry: at }, undefined, { WHO: 'me' }),
      'USAGE',
    );
    assert.match(missing.message, /registry’s password is missing: the environment variable HOW/);
    assert.equal(await openRegistry({ ...broker, kind: 'embedded' }, undefined, {}), undefined);
    const none = { ...broker.registry, url: null };
    assert.equal(await openRegistry({ ...broker, registry: none }, undefined, {}), undefined);
  });

  it('waits while the registry still comes up, and says once for whom', async () => {
    const topology = topologyOf('early', server.url);
    const told: string[] = [];
    await server.stop();
    // Four tries, as many as later outages get, take 1.75 s at most.
    const starting = sleep(2500).then(() => server.start());
    const opened = await openRegistry(topology.broker, (sentence) => told.push(sentence), {});
    assert.ok(opened !== undefined);
    const { codecs } = await openRegisteredCodecs(topology, opened, WORKER_WRITES);
    await starting;
    assert.equal(codecs.answer.schemaText, plain.answer.schemaText);
    assert.equal(told.length, 1);
    const [sentence = ''] = told;
    assert.ok(
      sentence.startsWith(`waiting for the schema registry at ${server.url}, which cannot be`),
      sentence,
    );
  });
});
