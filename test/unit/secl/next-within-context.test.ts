import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextWithinContext, overlong } from '../../../src/secl/next-within-context.ts';
import { scriptedScope } from '../../support/scripted-scope.ts';

test('results stand where their requests stood', async () => {
  const request = (length: number): { prompt: number[]; tokens: number[] } => ({
    prompt: new Array<number>(length).fill(1),
    tokens: [],
  });
  const scope = scriptedScope({ next: ({ prompt }) => ({ entropyNats: prompt.length }) });
  const results = await nextWithinContext(scope, [4, 3, 5, 1].map(request), 3);
  assert.deepEqual(
    results.map((result) => result?.entropyNats ?? null),
    [null, 3, null, 1],
  );
  assert.equal(scope.asked.length, 1, 'in one call');
  assert.deepEqual(await nextWithinContext(scope, [4, 9].map(request), 3), [null, null]);
  assert.equal(scope.asked.length, 1, 'and in none, where nothing fits');
  assert.equal(overlong([1, 2], 1), 'the prompt has 2 tokens, the model holds 1');
});
