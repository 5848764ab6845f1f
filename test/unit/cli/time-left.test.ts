import assert from 'node:assert/strict';
import { it } from 'node:test';
import { timeLeft } from '../../../src/cli/time-left.ts';

it('says a time as people do, rounded up', () => {
  assert.equal(timeLeft(0), '1 s left');
  assert.equal(timeLeft(44.2), '45 s left');
  assert.equal(timeLeft(119), '119 s left');
  assert.equal(timeLeft(119.5), '2 min left');
  assert.equal(timeLeft(60 * 119), '119 min left');
  // A replay of 240 questions on a busy machine said `8216 s left`: 136.9 minutes.
  assert.equal(timeLeft(8216), '2 h 17 min left');
});
