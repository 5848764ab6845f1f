import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScoreName } from '../../../src/events/score.ts';
import { needsJudging, scoreByJudging } from '../../../src/secl/score-by-judging.ts';
import { scriptedScope, tracesOf } from '../../support/scripted-scope.ts';
import { ORIGIN, scoringOptions, tokenizer, written } from '../../support/secl-fixture.ts';

const ask = async (
  scores: readonly ScoreName[],
): Promise<{ calls: number[]; names: string[]; distractors: number }> => {
  const scope = scriptedScope({
    next: ({ tokens }) => ({
      logProbabilities: tokens.map(() => -3),
      candidates: tokenizer.encode('Oslo').map((id) => ({ id, logProbability: -1 })),
    }),
    generate: () => ({ tokens: tracesOf([]) }),
  });
  const options = scoringOptions({ scores });
  const [answer] = await scoreByJudging(scope, tokenizer, [written('Lima')], options, ORIGIN);
  return {
    calls: [scope.asked.length, scope.generated.length],
    names: answer?.scores.map((score) => score.name) ?? [],
    distractors: answer?.distractors.length ?? -1,
  };
};

test('distractors are proposed for NormPTrue alone, and nothing is asked for no score', async () => {
  assert.deepEqual(await ask(['pTrue', 'normalizedPTrue']), {
    calls: [2, 1],
    names: ['pTrue', 'normalizedPTrue'],
    distractors: 1,
  });
  assert.deepEqual(await ask(['pTrue']), { calls: [1, 0], names: ['pTrue'], distractors: 0 });
  assert.deepEqual(await ask(['verbalized']), { calls: [0, 0], names: [], distractors: 0 });
  assert.equal(needsJudging({ scores: ['normalizedPTrue'] }), true);
  assert.equal(needsJudging({ scores: ['tokenCertainty'] }), false);
});
