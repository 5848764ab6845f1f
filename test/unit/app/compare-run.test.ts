import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { cachedLanguageModel } from '../../../src/adapters/passes/cached-language-model.ts';
import { openPassFile } from '../../../src/adapters/passes/pass-file.ts';
import { compareRun, type CompareRunResult } from '../../../src/app/compare-run.ts';
import { baseTopology } from '../../../src/app/compare-strategies.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import type { ReplayInput } from '../../../src/app/replay-input.ts';
import type { LanguageModel } from '../../../src/ports/language-model.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { standInWith } from '../../support/stand-in-with.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const topology = await loadTopology();

/** Three batches, the last one not full. */
const input: ReplayInput = {
  name: 'things',
  hash: 'h',
  items: Array.from({ length: 20 }, (_, i) => ({
    question: {
      id: `q${i}`,
      text: `What is the colour of thing ${i}?`,
      style: 'short' as const,
      choices: [],
      domain: null,
      givenAnswer: null,
      deadlineMs: null,
    },
    feedback: null,
  })),
};

/**
 * The stand-in, with numbers that depend on what its scope has written before, as those of eight-bit weights do.
 *
 * @param onNext - Told of each call for a next token before it is made, by ordinal from 1.
 */
function companionable(onNext: (call: number) => void): LanguageModel {
  let calls = 0;
  return standInWith((scope) => {
    let written = 0;
    return {
      generate(requests, signal) {
        written += requests.length;
        return scope.generate(requests, signal);
      },
      async next(requests, signal) {
        onNext(++calls);
        const results = await scope.next(requests, signal);
        return results.map((result) => ({
          ...result,
          logProbabilities: result.logProbabilities.map((p, at) => p - 0.01 * written * at),
        }));
      },
    };
  });
}

/** @param cutAt - The call for next tokens in which the run is cut off. */
async function run(name: string, cutAt?: number): Promise<CompareRunResult> {
  const abort = new AbortController();
  const passes = await openPassFile(join(folder, name, 'passes'));
  const model = cachedLanguageModel(
    companionable((call) => {
      if (call === cutAt) abort.abort();
    }),
    passes,
    { nowMs: () => 0 },
  );
  try {
    return await compareRun({
      input,
      topology: baseTopology(topology, 'verbalized'),
      model,
      lora: [],
      takeModelMs: () => 0,
      keepPasses: () => {
        passes.sync();
      },
      folder: join(folder, name, 'run'),
      drain: new AbortController().signal,
      abort: abort.signal,
    });
  } finally {
    await model.close();
  }
}

test('a run that was cut off within a batch comes to what one does that was not', async () => {
  const whole = await run('whole');
  assert.equal(whole.complete, true);
  // After the second batch's answers were written, before its confidence is known.
  await expectFailure(run('cut', 2), 'CANCELLED');
  const resumed = await run('cut');
  assert.equal(resumed.complete, true);
  const confidences = ({ answers }: CompareRunResult): unknown =>
    answers.map(({ questionId, published }) => [questionId, published.value]);
  assert.deepEqual(confidences(resumed), confidences(whole));
});
