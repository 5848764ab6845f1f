import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../../src/events/answer.ts';
import { confidencesOf } from '../../../src/operators/confidences-of.ts';

test('confidences are the scores by name, and the published one', () => {
  const answer = {
    scores: [
      { name: 'verbalized', value: 0.25 },
      { name: 'pTrue', value: null },
    ],
    published: { value: 0.75, source: 'verbalizedWithEvidence', adapterVersion: 2 },
  } as unknown as Answer;
  assert.deepEqual(confidencesOf(answer), { verbalized: 0.25, pTrue: null, published: 0.75 });
});
