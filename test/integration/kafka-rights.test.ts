import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import kafkajs, { Kafka, logLevel, type AclEntry, type Admin } from 'kafkajs';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { stateTopic } from '../../src/adapters/kafka/group-state.ts';
import { loadTopology } from '../../src/app/load-topology.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { createTopics } from '../../src/app/worker/create-topics.ts';
import { groupsOf } from '../../src/app/worker/groups-of.ts';
import { runService } from '../../src/app/worker/run-service.ts';
import { sendStream } from '../../src/app/worker/send-stream.ts';
import { topicSpecs } from '../../src/app/worker/topic-specs.ts';
import { runTrainer } from '../../src/app/worker/trainer-service.ts';
import { SeclError } from '../../src/errors/secl-error.ts';
import type { Broker, OutgoingRecord } from '../../src/ports/broker.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { aclOf, readKafkaRights, type KafkaRight } from '../support/kafka-rights.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { topicsYaml } from '../support/topics-yaml.ts';

// Node.js does not see these among the names that kafkajs exports.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const PASSWORD = 'of-this-test';
const QUESTIONS = 8;
/** The machine may be busy. */
const PATIENCE_MS = 120_000;

/** What is said of a thing that one may not use; a topic that one may not even describe is not there. */
const SAYS = {
  topic: /authorized to access topics|is missing.*looks missing/is,
  group: /authorized to access group/i,
  'transactional id': /Transactional Id authorization/i,
};

function skip(): string | false {
  if (process.env['KAFKA_BROKERS'] !== undefined) return 'who may do what there is not ours to say';
  return kafkaSkip();
}

/** A process with the rights of docs/kafka.md, or all of them but one. */
interface Case {
  readonly process: string;
  /** Absent: it has all. */
  readonly without?: KafkaRight;
  /** Whether its input has got more partitions, which those of its state follow. */
  readonly isWidened: boolean;
  /** Of user, topics, group and client. */
  readonly name: string;
}

/** Workers, as docs/kafka.md names them: whose process trains, one without training, one that leaves it to others. */
const WORKER = 'secl run';
const UNTRAINED = `${WORKER}, mode off`;
const SERVED = `${WORKER}, trainer service`;

/** Whether a sentence is about a right that is missing, or what looks as if it were not there. */
const isOfRights = (sentence: string): boolean => /authoriz|missing/i.test(sentence);

const RIGHTS = readKafkaRights();
const PROCESSES = [...new Set(RIGHTS.map(({ process }) => process))];
const CASES: readonly Case[] = [
  ...PROCESSES.map((process) => ({ process, isWidened: false })),
  { process: WORKER, isWidened: true },
  ...RIGHTS.map((without) => ({
    process: without.process,
    without,
    isWidened: without.right === 'Alter',
  })),
].map((one, i) => ({ ...one, name: `r${i}` }));

describe('the rights of docs/kafka.md, on Kafka’s own authorizer', { skip: skip() }, () => {
  const folder = temporaryFolder();
  const stream = join(folder, 'stream.jsonl');
  let server: KafkaServer;
  let admin: Admin;
  /** Of a user who may do everything. */
  let broker: Broker;
  /** Training batches of a worker. */
  const batches: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>[] = [];

  before(async () => {
    const users = CASES.map(({ name }) => `user_${name}="${PASSWORD}"`).join(' ');
    server = await startKafka({
      listener: 'SASL_PLAINTEXT',
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // Who comes in by the listener without a password: brokers, controllers, and this test.
        'super.users': 'User:ANONYMOUS',
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.sasl_plaintext.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${users};`,
      },
    });
    const brokers = [`127.0.0.1:${server.internal}`];
    admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    broker = await openKafkaBroker({ brokers, clientId: 'all', clock: SYSTEM_CLOCK });
    const lines = Array.from({ length: QUESTIONS }, (_, i) =>
      JSON.stringify({
        id: `q${i}`,
        question: `What is the colour of thing ${i}?`,
        accepted: ['x'],
      }),
    );
    // The last one becomes a dead letter.
    writeFileSync(stream, `${lines.join('\n')}\n{"id":"bad"}\n`);
    writeFileSync(join(folder, 'password'), PASSWORD);
    for (const { name } of CASES) writeFileSync(join(folder, name), name);
  });
  after(async () => {
    await admin.disconnect();
    await broker.close();
    await server.stop();
  });

  /**
   * The topology of a case, for its user or for one who may do everything: all in it bears the case's name, and every
   * batch teaches.
   */
  const topologyFile = ({ name, process, isWidened }: Case, mayEverything = false): string => {
    const file = join(folder, `${name}${mayEverything ? '-all' : ''}.yaml`);
    const [brokers, sasl] = mayEverything
      ? [`127.0.0.1:${server.internal}`, 'none']
      : [
          server.brokers.join(','),
          `plain, usernameFile: ${join(folder, name)}, passwordFile: ${join(folder, 'password')}`,
        ];
    writeFileSync(
      file,
      `version: 1
name: ${name}
topics: ${topicsYaml(name)}
batch: { maxBatch: 4 }
gate: { kind: always }
confidence: { evidence: token-certainty }
training: { mode: ${isWidened || process === UNTRAINED ? 'off' : 'barrier'}, trainer: ${process === SERVED ? 'service' : 'embedded'} }
calibration: { size: 4 }
alerts: { settleMinutes: 0, verdict: { caution: warning, notEnoughData: warning } }
broker:
  kind: kafka
  brokers: "${brokers}"
  clientId: ${name}
  group: ${name}
  folder: ${join(folder, 'worker')}
  partitions: ${isWidened ? 2 : 1}
  sasl: { mechanism: ${sasl} }
`,
    );
    return file;
  };

  /** What a process does, to its end; what it says meanwhile goes to `said`. */
  const work = async (one: Case, said: string[], mayEverything = false): Promise<void> => {
    const never = new AbortController().signal;
    const complained = new AbortController();
    const file = topologyFile(one, mayEverything);
    const place = { topology: file, model: STAND_IN };
    const service = {
      ...place,
      ...{ untilEnd: true, drain: never, abort: AbortSignal.timeout(PATIENCE_MS) },
      onTrouble: (sentence: string) => {
        said.push(sentence);
        if (isOfRights(sentence)) complained.abort();
      },
    };
    // Without training the questions are at their end before alerts are looked at: it goes on until it says what it lacks.
    // In `barrier` mode it has to know the end, or the last questions wait for more.
    const isLacking = one.process === UNTRAINED && one.without !== undefined && !mayEverything;
    const { questions } = (await loadTopology(file, {})).topics;
    const answer = async (): Promise<void> => {
      // Alerts read no dead letter that was there before they first looked: more come until it complains.
      const refused = { topic: questions, partition: 0, key: null, value: Uint8Array.of(1) };
      const more = isLacking
        ? setInterval(() => void broker.append([refused]).catch(() => undefined), 1_000)
        : undefined;
      try {
        await runService({
          ...service,
          ...(isLacking ? { untilEnd: false, drain: complained.signal } : {}),
          ...{ trainerTimeoutMs: PATIENCE_MS, statusEveryMs: 60_000 },
        });
      } finally {
        clearInterval(more);
      }
    };
    switch (one.process) {
      case WORKER:
      case UNTRAINED:
        await answer();
        return;
      case SERVED: {
        const answered = new AbortController();
        const trainer = one.isWidened
          ? undefined
          : runTrainer({
              ...{ topology: topologyFile(one, true), model: STAND_IN, drain: answered.signal },
              abort: service.abort,
            });
        try {
          await answer();
        } finally {
          answered.abort();
          await trainer;
        }
        return;
      }
      case 'secl trainer':
        await runTrainer(service);
        return;
      case 'secl send':
        await sendStream({ ...place, stream, stop: never });
        return;
      case 'secl topics create':
        await createTopics({ topology: file });
        return;
      default:
        assert.fail(`who knows what ${one.process} does?`);
    }
  };

  /** What is there before a process comes, so that it needs each of its rights. */
  const prepare = async (one: Case, { topics, ...rest }: Topology): Promise<void> => {
    const odd = { retentionMs: 3_600_000 };
    const { without } = one;
    if (one.process === 'secl topics create') {
      const there = without === undefined ? 'questions' : without.name;
      // A topic that is there already has settings of its own.
      if (without?.right !== 'Create')
        await broker.ensureTopics([{ name: topics[there as keyof typeof topics], ...odd }]);
      return;
    }
    await broker.ensureTopics(topicSpecs({ topics, ...rest }));
    if (one.process === 'secl send') return;
    const isWorker = one.process.startsWith(WORKER);
    const { answering, training } = groupsOf(rest);
    const state = isWorker
      ? stateTopic(answering, topics.questions)
      : stateTopic(training, topics.trainingBatches);
    if (without?.right !== 'Create')
      await broker.ensureTopics([{ name: state, compacted: true, ...odd }]);
    if (isWorker)
      await sendStream({
        topology: topologyFile(one, true),
        stream,
        stop: new AbortController().signal,
      });
    else
      await broker.append(
        [...batches, { value: Uint8Array.of(1), key: null }].map((record) => ({
          ...record,
          topic: topics.trainingBatches,
          partition: 0,
        })),
      );
    // There is state to be read only once something was committed.
    if (without?.on === 'topic' && without.name === 'GROUP-*' && without.right === 'Read')
      await work(one, [], true);
  };

  /** Gives a case's user rights; Kafka acknowledges them before the broker that checks them has heard of them. */
  const grant = async ({ name }: Case, acl: AclEntry[]): Promise<void> => {
    await admin.createAcls({ acl });
    const known = async (): Promise<number> => {
      const { resources } = await admin.describeAcls({
        resourceType: AclResourceTypes.ANY,
        resourcePatternType: ResourcePatternTypes.ANY,
        principal: `User:${name}`,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      });
      return resources.reduce((count, { acls }) => count + acls.length, 0);
    };
    const untilMs = Date.now() + PATIENCE_MS;
    while ((await known()) < acl.length) {
      assert.ok(Date.now() < untilMs, `the rights of ${name} never reached the broker`);
      await setTimeout(50);
    }
  };

  /** What a process says of rights, as warning or at its end; empty: nothing is wrong. */
  const complaints = async (one: Case): Promise<string> => {
    const file = topologyFile(one);
    const topology = await loadTopology(file, {});
    await prepare(one, topology);
    const rights = RIGHTS.filter((right) => right.process === one.process && right !== one.without);
    await grant(
      one,
      rights.map((right) => aclOf(right, topology, one.name)),
    );
    const said: string[] = [];
    try {
      await work(one, said);
    } catch (error) {
      if (!(error instanceof SeclError)) throw error;
      said.push(`${error.message} [${error.code}] ${error.hint ?? ''}`);
      if (one.without === undefined) throw error;
    }
    return said.filter(isOfRights).join('\n');
  };

  for (const one of CASES.filter(({ without }) => without === undefined))
    it(`suffice for ${one.process}${one.isWidened ? ', with more partitions than before' : ''}`, async () => {
      assert.equal(await complaints(one), '');
      const { topics } = await loadTopology(topologyFile(one), {});
      const count = async (topic: string): Promise<number> => {
        let records = 0;
        for (let partition = 0; partition < (one.isWidened ? 2 : 1); partition++)
          for await (const _ of broker.read(topic, partition, 0n)) records += 1;
        return records;
      };
      switch (one.process) {
        case WORKER:
        case UNTRAINED:
        case SERVED:
          assert.equal(await count(topics.answers), QUESTIONS);
          assert.equal(await count(topics.deadLetters), 1);
          if (one.isWidened || one.process === UNTRAINED) break;
          assert.ok((await count(topics.adapters)) > 0);
          if (one.process === SERVED) break;
          for await (const { key, value, headers } of broker.read(topics.trainingBatches, 0, 0n))
            batches.push({ key, value, headers });
          break;
        case 'secl trainer':
          assert.equal(await count(topics.deadLetters), 1);
          assert.ok((await count(topics.adapters)) > 0);
          break;
        case 'secl send':
          assert.equal(await count(topics.questions), QUESTIONS + 1);
          assert.equal(await count(topics.feedback), QUESTIONS);
          break;
        default:
          for (const topic of Object.values(topics))
            assert.ok((await broker.topics()).has(topic), topic);
      }
    });

  describe('are all needed:', { concurrency: 4 }, () => {
    for (const one of CASES) {
      const { without, process: name } = one;
      if (without !== undefined)
        it(`${name} says so without ${without.right} on ${without.on} ${without.name}`, async (t) => {
          const said = await complaints(one);
          t.diagnostic(said);
          assert.match(said, SAYS[without.on]);
        });
    }
  });
});
