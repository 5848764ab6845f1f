import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSamples } from '../../../src/app/compare-samples.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import type { ReplayInput } from '../../../src/app/replay-input.ts';
import type { LanguageModel } from '../../../src/ports/language-model.ts';
import { standInWith } from '../../support/stand-in-with.ts';

const topology = await loadTopology();

/** More than a batch. */
const input: ReplayInput = {
  name: 'things',
  hash: 'h',
  items: Array.from({ length: topology.batch.maxBatch + 1 }, (_, i) => ({
    question: {
      ...{ id: `q${i}`, text: `What is the colour of thing ${i}?` },
      ...{ style: 'short' as const, choices: [], domain: null },
      ...{ givenAnswer: null, deadlineMs: null },
    },
    feedback: null,
  })),
};

/** The stand-in; told of each request for a text, and whether it samples. */
function watched(onRequest: (samples: boolean) => void): LanguageModel {
  return standInWith((scope) => ({
    generate(requests, signal) {
      for (const { sampling } of requests) onRequest(sampling !== undefined);
      return scope.generate(requests, signal);
    },
  }));
}

// Answers are written once more, only for their prompts to be at hand: their run's time has them already.
test('the time of samples is that of the samples alone', async () => {
  let clockMs = 0;
  let takenMs = 0;
  const counts = { written: 0, sampled: 0 };
  const model = watched((samples) => {
    clockMs += samples ? 7 : 1000;
    counts[samples ? 'sampled' : 'written'] += 1;
  });
  const answers = input.items.map((_, i) => ({ questionId: `q${i}` }));
  const told: (readonly [number, number, number | null])[] = [];
  const { agreements, modelMs } = await compareSamples(model, input, answers, topology, {
    signal: new AbortController().signal,
    keepPasses: () => undefined,
    takeModelMs: () => {
      const ms = clockMs - takenMs;
      takenMs = clockMs;
      return ms;
    },
    onProgress: ({ done, total, ece }) => {
      told.push([done, total, ece]);
    },
  });
  assert.deepEqual(counts, { written: answers.length, sampled: 5 * answers.length });
  assert.equal(agreements.length, answers.length);
  assert.equal(modelMs, 7 * counts.sampled);
  const { maxBatch } = topology.batch;
  assert.deepEqual(told, [
    [maxBatch, maxBatch + 1, null],
    [maxBatch + 1, maxBatch + 1, null],
  ]);
  await model.close();
});
