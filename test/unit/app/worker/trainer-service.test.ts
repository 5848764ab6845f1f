import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runService } from '../../../../src/app/worker/run-service.ts';
import {
  runTrainer,
  type TrainedReport,
  type TrainerServiceOptions,
} from '../../../../src/app/worker/trainer-service.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { codecs } from '../../../support/loop-run.ts';
import { serviceScene, type ServiceScene } from '../../../support/service-scene.ts';
import { readTopic } from '../../../support/worker-run.ts';

const never = new AbortController().signal;
const STOP = { drain: never, abort: never, stallMs: 60_000 };

/** A batch that a worker has left to a trainer. */
async function sceneWithBatch(): Promise<ServiceScene> {
  const scene = await serviceScene('{ mode: async, trainer: service }', 8);
  await runService({
    ...{ ...scene.place, ...STOP, untilEnd: true },
    ...{ trainerTimeoutMs: 20_000, statusEveryMs: 1000 },
  });
  return scene;
}

/** Trains what is there. */
async function train(
  { place }: ServiceScene,
  more: Partial<TrainerServiceOptions> = {},
): Promise<{ readonly batches: number; readonly reports: readonly TrainedReport[] }> {
  const reports: TrainedReport[] = [];
  const batches = await runTrainer({
    ...{ ...place, ...STOP, untilEnd: true },
    onBatch: (report) => reports.push(report),
    ...more,
  });
  return { batches, reports };
}

const versionsOf = (scene: ServiceScene): Promise<number[]> =>
  scene.withLog(async (broker, { topics }) =>
    (await readTopic(broker, topics.adapters, codecs.adapter)).map(({ version }) => version),
  );

describe('runTrainer', () => {
  it('trains a batch once, and goes on where it stopped', async () => {
    const scene = await sceneWithBatch();
    const { batches, reports } = await train(scene);
    assert.equal(batches, 1);
    assert.deepEqual(
      reports.map((report) => [report.kind, report.kind === 'trained' ? report.version : 0]),
      [['trained', 1]],
    );
    assert.deepEqual(await versionsOf(scene), [1]);
    assert.deepEqual(await train(scene), { batches: 0, reports: [] });
  });

  it('says which version a batch that comes again has, and why one is refused', async () => {
    const scene = await sceneWithBatch();
    await train(scene);
    await scene.withLog(async (broker, { topics: { trainingBatches: topic } }) => {
      const [batch] = await readTopic(broker, topic, codecs.trainingBatch);
      assert.ok(batch !== undefined);
      const values = [codecs.trainingBatch.encode(batch), Uint8Array.of(1, 2, 3)];
      await broker.append(values.map((value) => ({ topic, partition: 0, key: null, value })));
    });
    const { batches, reports } = await train(scene);
    assert.equal(batches, 2);
    const [known, refused] = reports;
    assert.ok(known?.kind === 'known');
    assert.equal(known.version, 1);
    assert.ok(refused?.kind === 'refused');
    assert.equal(refused.code, 'RECORD_INVALID');
    assert.deepEqual(await versionsOf(scene), [1]);
  });

  it('trains nothing after it was drained, and gives up at once when told so', async () => {
    const scene = await sceneWithBatch();
    const over = AbortSignal.abort();
    const drained = { ...scene.place, ...STOP, drain: over };
    assert.equal(await runTrainer(drained), 0);
    await expectFailure(runTrainer({ ...scene.place, ...STOP, abort: over }), 'CANCELLED');
    assert.deepEqual(await versionsOf(scene), []);
    assert.equal((await train(scene)).batches, 1);
  });

  it('refuses a topology that trains nothing, and lets the log go', async () => {
    const scene = await serviceScene('{ mode: "off" }', 1);
    await expectFailure(train(scene), 'USAGE');
    assert.deepEqual(await versionsOf(scene), []);
  });
});
