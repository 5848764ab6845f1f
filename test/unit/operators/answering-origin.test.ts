import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeringOrigin } from '../../../src/operators/answering-origin.ts';

test('answers are of the adapter in place where it acts on the whole conversation, else of base weights', () => {
  const origin = { model: 'm', adapterVersion: 0 };
  const of = (scope: 'position' | 'turn' | 'conversation'): number =>
    answeringOrigin(origin, { adapterVersion: 3 }, scope).adapterVersion;
  assert.deepEqual([of('position'), of('turn'), of('conversation')], [0, 0, 3]);
});
