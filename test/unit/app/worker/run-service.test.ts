import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runService, type RunServiceOptions } from '../../../../src/app/worker/run-service.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { codecs } from '../../../support/loop-run.ts';
import { serviceScene, type ServiceScene } from '../../../support/service-scene.ts';
import { readTopic } from '../../../support/worker-run.ts';

const QUESTIONS = 16;
const never = new AbortController().signal;

const optionsOf = (
  { place }: ServiceScene,
  more: Partial<RunServiceOptions> = {},
): RunServiceOptions => ({
  ...place,
  ...{ trainerTimeoutMs: 20_000, statusEveryMs: 20, stallMs: 60_000 },
  ...{ drain: never, abort: never },
  ...more,
});
const answersOf = (scene: ServiceScene): Promise<string[]> =>
  scene.withLog(async (broker, { topics }) =>
    (await readTopic(broker, topics.answers, codecs.answer)).map(({ questionId }) => questionId),
  );

describe('runService', () => {
  it('answers what is there, trains it, tells how it stood, and lets the log go', async () => {
    const scene = await serviceScene('{ mode: async }', QUESTIONS);
    const started: string[] = [];
    const status = await runService(
      optionsOf(scene, { untilEnd: true, onStarted: (place) => started.push(place) }),
    );
    assert.equal(status.answered, QUESTIONS);
    assert.ok(status.trained > 0);
    assert.deepEqual(started, [`the log in ${scene.place.log}`]);
    const ids = await answersOf(scene);
    assert.deepEqual(
      ids.toSorted(),
      Array.from({ length: QUESTIONS }, (_, i) => `q${i}`).toSorted(),
    );
  });

  it('says that fewer questions than a batch wait where training.mode is barrier', async () => {
    // Two questions in the topology that `secl init` writes: a worker said "ready" and answered none.
    const said = async (mode: string, more: Partial<RunServiceOptions>): Promise<string[]> => {
      const scene = await serviceScene(`{ mode: ${mode} }`, 2);
      const drain = new AbortController();
      const sentences: string[] = [];
      await runService(
        optionsOf(scene, {
          drain: drain.signal,
          onTrouble: (sentence) => sentences.push(sentence),
          onStatus: () => {
            drain.abort();
          },
          ...more,
        }),
      );
      return sentences.filter((sentence) => sentence.includes('barrier'));
    };
    const [sentence, ...others] = await said('barrier', {});
    assert.match(sentence ?? '', /answered 4 at a time, and fewer wait/);
    assert.deepEqual(others, []);
    assert.deepEqual(await said('async', {}), []);
    assert.deepEqual(await said('barrier', { untilEnd: true }), []);
  });

  it('leaves batches to a service where the topology says so', async () => {
    const scene = await serviceScene('{ mode: async, trainer: service }', QUESTIONS);
    const status = await runService(optionsOf(scene, { untilEnd: true }));
    assert.equal(status.trained, 0);
    const [batches, adapters] = await scene.withLog(async (broker, { topics }) => [
      await readTopic(broker, topics.trainingBatches, codecs.trainingBatch),
      await readTopic(broker, topics.adapters, codecs.adapter),
    ]);
    // One at a time is waited for, and nobody trains the first.
    assert.deepEqual([batches.length, adapters.length], [1, 0]);
  });

  it('is ready until it is drained, and says so where it is asked', async () => {
    const scene = await serviceScene('{ mode: "off" }', QUESTIONS);
    const drain = new AbortController();
    let url = '';
    const readiness: number[] = [];
    const status = await runService(
      optionsOf(scene, {
        drain: drain.signal,
        health: { host: '127.0.0.1', port: 0 },
        onHealth: (at) => (url = at),
        onStatus: ({ status: at, answered }) => {
          if (answered < QUESTIONS || at !== 'ready' || readiness.length > 0) return;
          readiness.push(0);
          void fetch(`${url}/ready`).then((response) => {
            readiness[0] = response.status;
            drain.abort();
          });
        },
      }),
    );
    assert.deepEqual(readiness, [200]);
    assert.equal(status.status, 'draining');
    assert.equal((await answersOf(scene)).length, QUESTIONS);
    await assert.rejects(fetch(`${url}/ready`));
  });

  it('ends at once when it is given up, and lets the log go', async () => {
    const scene = await serviceScene('{ mode: async }', QUESTIONS);
    const abort = new AbortController();
    await expectFailure(
      runService(
        optionsOf(scene, {
          abort: abort.signal,
          onStarted: () => {
            abort.abort();
          },
        }),
      ),
      'CANCELLED',
    );
    // Opening it again fails while somebody has it.
    const status = await runService(optionsOf(scene, { untilEnd: true }));
    assert.equal((await answersOf(scene)).length, QUESTIONS);
    assert.ok(status.answered > 0);
  });
});
