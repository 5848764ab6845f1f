import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stallMsOf } from '../../../../src/app/worker/stall-ms-of.ts';

it('goes by the command line, then the topology, then the process', () => {
  const usualMs = 120_000;
  assert.equal(stallMsOf({ stallMs: 500 }, { stallSeconds: 3 }, usualMs), 500);
  assert.equal(stallMsOf({ stallMs: undefined }, { stallSeconds: 3 }, usualMs), 3000);
  assert.equal(stallMsOf({}, { stallSeconds: null }, usualMs), usualMs);
});
