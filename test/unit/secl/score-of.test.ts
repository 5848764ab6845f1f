import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingScore, presentScore, scoreValue } from '../../../src/secl/score-of.ts';
import { ORIGIN } from '../../support/secl-fixture.ts';

const details = { mass: 0.5, minimumMass: 0.5, normalization: 'digits', promptHash: 'h' };

test('below the minimum mass a score is ambiguous and keeps its number', () => {
  assert.equal(presentScore('verbalized', 0.7, ORIGIN, details).status, 'present');
  const low = presentScore('verbalized', 0.7, ORIGIN, { ...details, mass: 0.4999 });
  assert.deepEqual([low.status, low.value, low.mass], ['ambiguous', 0.7, 0.4999]);
  assert.match(low.reason ?? '', /0\.500/);
});

test('a score without a prompt has neither mass nor hash', () => {
  const score = presentScore('tokenCertainty', 0.7, ORIGIN, { normalization: 'none' });
  assert.deepEqual(score, {
    name: 'tokenCertainty',
    value: 0.7,
    status: 'present',
    reason: null,
    mass: null,
    components: {},
    normalization: 'none',
    promptHash: null,
    model: 'scripted',
    adapterVersion: 0,
  });
});

test('a missing score has a reason and no number', () => {
  const score = missingScore('pTrue', 'why', ORIGIN, 'true-false', 'h');
  assert.deepEqual(
    [score.value, score.status, score.reason, score.mass, score.promptHash, score.model],
    [null, 'missing', 'why', null, 'h', 'scripted'],
  );
  assert.equal(scoreValue([score], 'pTrue'), null);
  assert.equal(scoreValue([], 'pTrue'), null);
  const present = presentScore('verbalized', 0.7, ORIGIN, details);
  assert.equal(scoreValue([score, present], 'verbalized'), 0.7);
});
