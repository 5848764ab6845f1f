import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ownerId } from '../../src/adapters/kafka/group-state.ts';
import { KafkaClient } from '../../src/adapters/kafka/kafka-client.ts';
import { kafkaSettings } from '../../src/adapters/kafka/kafka-settings.ts';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { TransactionalWriter } from '../../src/adapters/kafka/transactional-writer.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { Answer } from '../../src/events/answer.ts';
import type { TrainingBatch } from '../../src/events/training-batch.ts';
import type { Broker, IncomingRecord } from '../../src/ports/broker.ts';
import { freePort } from '../support/free-port.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { codecs } from '../support/loop-run.ts';
import {
  pythonTrainerSkip,
  startPythonTrainer,
  type PythonTrainer,
} from '../support/python-trainer.ts';
import { ensureRealModel, REAL_MODEL } from '../support/real-model.ts';
import {
  secl,
  startSecl,
  startWorker,
  until as untilTrue,
  type SeclProcess,
  type WorkerProcess,
} from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { topicsYaml } from '../support/topics-yaml.ts';
import { readTopic } from '../support/worker-run.ts';

/** Topics and groups of this run alone: the broker may be somebody's. */
const NAME = `p${process.pid}-${Date.now()}`;
const BATCHES = `${NAME}.t`;
/** Of both trainers: the topology's group, and what it is for. */
const TRAINER_GROUP = `${NAME}-training`;
/** Of a small model on cores that others share, PyTorch's start among it. */
const PATIENCE_MS = 400_000;
/** Questions of one domain; a burst opens where the domain changes. */
const PER_DOMAIN = 12;

describe(
  'the trainer service beside a worker on Kafka',
  { skip: pythonTrainerSkip() || kafkaSkip() },
  () => {
    const folder = temporaryFolder();
    const pipeline = path.join(folder, 'pipeline.yaml');
    const place = ['--topology', pipeline];
    let server: KafkaServer;
    let broker: Broker;
    let worker: WorkerProcess;
    let trainer: PythonTrainer;
    const embedded: SeclProcess[] = [];
    let gguf = '';

    /** Waits; a failure tells how things stood. */
    const until = (condition: () => Promise<boolean>): Promise<void> =>
      untilTrue(condition, PATIENCE_MS).catch(async () => {
        const counts = {
          answers: (await answers()).length,
          batches: (await batchRecords()).length,
          adapters: (await adapters()).length,
          worker: worker.statuses().at(-1),
        };
        assert.fail(
          `it has not come true in time: ${JSON.stringify(counts)}\n${worker.errors()}\n${trainer.log()}`,
        );
      });
    /** Versions; `LINEAGE/head`, which a worker writes of the one that acts, is none. */
    const adapters = async (): Promise<AdapterRecord[]> => {
      const found: AdapterRecord[] = [];
      for await (const { key, value } of broker.read(`${NAME}.p`, 0, 0n)) {
        if (value === null || new TextDecoder().decode(key ?? undefined).endsWith('/head'))
          continue;
        const decoded = codecs.adapter.decode(value);
        assert.ok(decoded.ok);
        found.push(decoded.value);
      }
      return found;
    };
    const answers = (): Promise<Answer[]> => readTopic(broker, `${NAME}.a`, codecs.answer);
    const batchRecords = async (): Promise<IncomingRecord[]> => {
      const found: IncomingRecord[] = [];
      for await (const record of broker.read(BATCHES, 0, 0n)) found.push(record);
      return found;
    };
    const batchOf = ({ value }: IncomingRecord): TrainingBatch => {
      const decoded = codecs.trainingBatch.decode(value ?? new Uint8Array());
      assert.ok(decoded.ok);
      return decoded.value;
    };
    let sends = 0;
    const send = (...domains: readonly string[]): void => {
      sends += 1;
      const stream = path.join(folder, `${sends}.jsonl`);
      const made = secl(
        ...['stream', 'make', '--domains', domains.join(','), '--out', stream],
        ...['--per-domain', String(PER_DOMAIN), '--seed', String(sends)],
      );
      assert.equal(made.code, 0, made.err);
      const sent = secl('send', stream, ...place);
      assert.equal(sent.code, 0, sent.err);
    };
    const startTrainer = async (): Promise<PythonTrainer> => {
      const started = await startPythonTrainer(
        ...['--brokers', server.brokers.join(','), '--group', TRAINER_GROUP, '--model', gguf],
        ...['--batches-topic', BATCHES, '--adapters-topic', `${NAME}.p`],
        ...['--failures-topic', `${NAME}.d`, '--threads', '1', '--device', 'cpu'],
        // The worker's folder of adapters: the topology's are too large for a record.
        ...['--data', path.join(folder, 'trainer'), '--store', path.join(folder, 'adapters')],
      );
      await untilTrue(() => started.isReady(), PATIENCE_MS).catch((error: unknown) => {
        throw new Error(`the trainer service is not ready: ${started.log()}`, { cause: error });
      });
      return started;
    };

    /**
     * Starts `secl trainer` beside it. The group's leader gives the one partition to the member whose name comes
     * first, and members' names begin with their client's: `pytorch-trainer` and, unless it is set, `secl`.
     */
    const startEmbedded = async (clientId: string): Promise<SeclProcess> => {
      const file = path.join(folder, `${clientId}.yaml`);
      const yaml = readFileSync(pipeline, 'utf8');
      writeFileSync(file, yaml.replace('kind: kafka,', `kind: kafka, clientId: ${clientId},`));
      const port = await freePort();
      const started = startSecl('trainer', '--topology', file, '--health', String(port));
      embedded.push(started);
      const isReady = (): Promise<boolean> =>
        fetch(`http://127.0.0.1:${port}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      await untilTrue(isReady, PATIENCE_MS).catch((error: unknown) => {
        throw new Error(`secl trainer is not ready: ${started.errors()}`, { cause: error });
      });
      return started;
    };
    /** Sends questions that open a burst; resolves with who trained the batch that came of them. */
    const trainerOf = async (...domains: readonly string[]): Promise<'service' | 'embedded'> => {
      const before = (await adapters()).length;
      send(...domains);
      await until(async () => (await adapters()).length > before);
      const newest = (await adapters()).at(-1);
      return /torch/.test(newest?.trainer ?? '') ? 'service' : 'embedded';
    };
    /** How often the group has left the service without a partition. */
    const standbys = (): number => trainer.log().split('nothing, standing by').length - 1;

    before(async () => {
      server = await startKafka();
      gguf = (await ensureRealModel()).ggufPath;
      writeFileSync(
        pipeline,
        `
version: 1
name: trainer-test
topics: ${topicsYaml(NAME)}
model: { name: ${REAL_MODEL}, threads: 1 }
batch: { maxBatch: 4, maxWaitMs: 20 }

scoring: { when: never, scores: [verbalized, verbalizedWithEvidence, answerProbability, tokenCertainty] }
gate: { kind: domains, burst: 12 }
training:
  mode: async
  trainer: service
  target: { weighting: equal }
  minimumGap: 0.01
  steps: 2
  # What is shown here is that adapters arrive, not that they are good.
  guard: { maxMeanShift: 1, maxHeldOutRise: 1, trialQuestions: 0 }
broker: { kind: kafka, brokers: "${server.brokers.join(',')}", group: ${NAME}, folder: ${folder} }
`,
      );
      const created = secl('topics', 'create', ...place);
      assert.equal(created.code, 0, created.err);
      broker = await openKafkaBroker({
        brokers: server.brokers,
        clientId: 'trainer-test',
        clock: SYSTEM_CLOCK,
      });
      trainer = await startTrainer();
      worker = startWorker(...place, '--model', REAL_MODEL);
    });
    after(async () => {
      // Where something has not started, what has is ended all the same.
      const [started, service] = [worker, trainer] as readonly [WorkerProcess?, PythonTrainer?];
      started?.child.kill('SIGKILL');
      for (const { child } of embedded) child.kill('SIGKILL');
      await service?.end('SIGKILL');
      await broker.close();
      await server.stop();
    });

    it('trains the batch of a burst, and the worker answers with its adapter', async () => {
      send('geography', 'chemistry');
      await until(async () => (await adapters()).length > 0);
      send('arithmetic');
      await until(async () =>
        (await answers()).some(({ published }) => published.adapterVersion > 0),
      );
      const [first] = await adapters();
      assert.match(first?.trainer ?? '', /^secl-trainer .* torch /);
    });

    it('goes on with the lineage when it was killed and started again', async () => {
      const before = (await adapters()).length;
      await trainer.end('SIGKILL');
      send('calendar');
      trainer = await startTrainer();
      await until(async () => (await adapters()).length > before);
      await until(async () => (await answers()).length >= 4 * PER_DOMAIN);
    });

    it('goes on while `secl trainer` stands by, and that goes on when it is killed', async () => {
      const standBy = await startEmbedded('secl');
      assert.equal(await trainerOf('geography'), 'service');
      assert.equal(standBy.output(), '');
      await trainer.end('SIGKILL');
      assert.equal(await trainerOf('chemistry'), 'embedded');
      trainer = await startTrainer();
      await until(() => Promise.resolve(/assigned: \S+\/0/.test(trainer.log())));
      standBy.child.kill('SIGTERM');
      assert.equal((await standBy.ended).code, 0);
    });

    it('stands by while `secl trainer` trains, and goes on when that is killed', async () => {
      const other = await startEmbedded('aa');
      await until(() => Promise.resolve(standbys() > 0));
      assert.equal(await trainerOf('arithmetic'), 'embedded');
      other.child.kill('SIGKILL');
      await other.ended;
      assert.equal(await trainerOf('calendar'), 'service');
    });

    it('has made one version of each batch, each of the parent that its batch names', async () => {
      // Batches under way become versions first.
      await until(async () => {
        const newest = (await batchRecords()).at(-1);
        const next = await broker.committedOffset(TRAINER_GROUP, BATCHES, 0);
        return newest === undefined || (next ?? -1n) > newest.offset;
      });
      const records = await adapters();
      const byVersion = new Map(records.map((record) => [record.version, record]));
      assert.equal(byVersion.size, records.length);
      const batches = (await batchRecords()).map(batchOf);
      assert.deepEqual(
        records.map(({ batchId, version, parentVersion }) => ({ batchId, version, parentVersion })),
        batches.map(({ batchId, ordinal: version, parentVersion }) => ({
          ...{ batchId, version, parentVersion },
        })),
      );
      assert.ok(batches.some(({ parentVersion }) => parentVersion > 0));
      for (const { parentVersion, parentSha256, parentOptimizerSha256 } of batches) {
        const parent = byVersion.get(parentVersion);
        assert.equal(parent?.sha256 ?? null, parentSha256);
        assert.equal(parent?.optimizerSha256 ?? null, parentOptimizerSha256);
      }
    });

    it('makes no second version of a batch that comes again', async () => {
      const before = await adapters();
      const again = await broker.append(
        (await batchRecords()).map(({ key, value, headers }) => ({
          ...{ topic: BATCHES, partition: 0, key, value, headers },
        })),
      );
      const newest = again.at(-1)?.offset ?? assert.fail('no batch');
      await until(
        async () => ((await broker.committedOffset(TRAINER_GROUP, BATCHES, 0)) ?? -1n) > newest,
      );
      assert.deepEqual(await adapters(), before);
      const known = trainer.log().match(/is version \d+ already/g) ?? [];
      assert.equal(known.length, again.length);
      assert.deepEqual(await readTopic(broker, `${NAME}.d`, codecs.deadLetter), []);
    });

    it('is shut out by a later owner of its transactional id, which is the embedded trainer’s', async () => {
      const client = new KafkaClient(
        kafkaSettings({ brokers: server.brokers, clientId: 'later', clock: SYSTEM_CLOCK }),
      );
      const later = new TransactionalWriter(client, {
        transactionalId: ownerId({ groupId: TRAINER_GROUP, topic: BATCHES, partition: 0 }),
        ...{ transactionTimeoutMs: 30_000, maxBatchBytes: 1 << 20, patienceMs: 30_000 },
      });
      await later.init();
      await client.close();
      const [first] = await batchRecords();
      const { key = null, value = null } = first ?? {};
      await broker.append([{ topic: BATCHES, partition: 0, key, value }]);
      assert.equal(await trainer.ended, 1, trainer.log());
      assert.match(trainer.log(), /FENCED.*another trainer has taken over/);
      trainer = await startTrainer();
    });

    it('leaves each question with one answer, of an adapter that is there', async () => {
      const asked = await readTopic(broker, `${NAME}.q`, codecs.question);
      const given = await answers();
      assert.equal(asked.length, 8 * PER_DOMAIN);
      assert.deepEqual(
        given.map(({ questionId }) => questionId).sort(),
        asked.map(({ id }) => id).sort(),
      );
      const versions = new Set((await adapters()).map(({ version }) => version));
      for (const { questionId, published } of given)
        assert.ok(
          published.adapterVersion === 0 || versions.has(published.adapterVersion),
          questionId,
        );
      worker.child.kill('SIGTERM');
      const { code, err } = await worker.ended;
      assert.equal(code, 0, err);
      assert.equal(await trainer.end('SIGTERM'), 0, trainer.log());
      assert.match(trainer.log(), /stopped after \d+ batches/);
    });
  },
);
