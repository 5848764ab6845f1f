import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import type { ReplayResult } from '../../src/app/replay.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { Feedback } from '../../src/events/feedback.ts';
import type { Question } from '../../src/events/question.ts';
import { isTrialCode } from '../../src/learning/end-trial.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import {
  ASYNC,
  codecs,
  disk as memoryDisk,
  lasting,
  OFF,
  QUESTIONS,
  read,
  run,
  topology,
  type Disk,
} from '../support/loop-run.ts';
import { MemoryAdapterStore } from '../support/memory-adapter-store.ts';
import { ownTopics } from '../support/own-topics.ts';

/** Windows of few answers, so that the stream has several. */
const CALIBRATED: Topology = {
  ...topology,
  calibration: { ...topology.calibration, size: 8, step: 8 },
};
const label = ({ id }: Question): Feedback => ({
  questionId: id,
  acceptedAnswers: ['blue'],
  correct: null,
  labelledAtMs: 0,
});

describe('the pipelines on Kafka', { skip: kafkaSkip() }, () => {
  let server: KafkaServer;
  let broker: Broker;
  let runs = 0;
  const disk = (): Disk => ({
    broker: ownTopics(broker, `pipeline-${process.pid}-${runs++}-`),
    store: new MemoryAdapterStore(),
  });
  before(async () => {
    server = await startKafka();
    broker = await openKafkaBroker({
      brokers: server.brokers,
      clientId: 'pipeline',
      clock: SYSTEM_CLOCK,
      sessionTimeoutMs: 6000,
      heartbeatMs: 200,
    });
  });
  after(async () => {
    await broker.close();
    await server.stop();
  });

  it('answer, judge, learn and decide as they do in memory, bit for bit', async () => {
    const [on, inMemory] = [disk(), memoryDisk()];
    const there = await run({ on, topology: CALIBRATED, label });
    const here = await run({ on: inMemory, topology: CALIBRATED, label });
    assert.equal(there.complete, true);
    assert.ok(there.decisions.some(({ decision }) => decision === 'accepted'));
    assert.deepEqual(lasting(there), lasting(here));
    const batches = await read(on.broker, topology.topics.trainingBatches, codecs.trainingBatch);
    assert.ok(batches.length >= 4, `${batches.length} batches`);
    const windows = (from: Broker) =>
      read(from, topology.topics.calibration, codecs.calibrationWindow);
    assert.equal((await windows(on.broker)).length, (await windows(inMemory.broker)).length);
    assert.ok((await windows(on.broker)).length >= 3);
  });

  it('answer without training, too', async () => {
    const [there, here] = [await run({ on: disk(), topology: OFF }), await run({ topology: OFF })];
    assert.deepEqual(lasting(there), lasting(here));
  });

  it('answer on while adapters are trained', async () => {
    const on = disk();
    const result = await run({ on, topology: ASYNC });
    assert.equal(result.complete, true);
    assert.deepEqual(
      result.answers.map(({ questionId }) => questionId),
      QUESTIONS.filter(({ id }) => id !== 'q9').map(({ id }) => id),
    );
    const settled = result.decisions.filter(({ code }) => !isTrialCode(code));
    const versions = settled.map(({ version }) => version);
    assert.deepEqual(
      versions,
      versions.map((_, i) => i + 1),
    );
  });

  it('come to the same after a cut before or after a commit', async () => {
    const whole = lasting(await run());
    for (const place of ['before', 'after'] as const) {
      for (const cutAt of [0, 3, 6]) {
        const on = disk();
        const abort = new AbortController();
        let commits = 0;
        const cut = run({
          on,
          abort: abort.signal,
          onCommit: (): Promise<void> | void => {
            const due = commits++ === cutAt;
            if (!due) return undefined;
            if (place === 'after') {
              setImmediate(() => {
                abort.abort();
              });
              return undefined;
            }
            abort.abort();
            return new Promise(() => undefined);
          },
        });
        await assert.rejects(cut, (error: { code?: string }) => error.code === 'CANCELLED');
        const resumed: ReplayResult = await run({ on });
        assert.deepEqual(lasting(resumed), whole, `cut ${place} commit ${cutAt}`);
      }
    }
  });
});
