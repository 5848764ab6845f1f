import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeStandInAdapter,
  encodeStandInAdapter,
  shiftOf,
} from '../../../../src/adapters/memory/stand-in-adapter.ts';
import { STAND_IN_LORA_SITES } from '../../../../src/adapters/memory/stand-in-language-model.ts';
import { adapterShift } from '../../../../src/adapters/memory/stand-in-network.ts';
import { checkAdapter } from '../../../../src/decoding/check-adapter.ts';
import type { LoraSettings } from '../../../../src/events/training-batch.ts';
import { assertClose } from '../../../support/assert-close.ts';

const LORA: LoraSettings = { rank: 2, alpha: 4, projections: ['q', 'v', 'o'], lastLayers: 8 };

test('the weights of a shift shift by it, whatever rank, alpha and sites', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 64 }),
      fc.constantFrom(['q'], ['v'], ['q', 'v', 'o']),
      (shift, rank, alpha, projections) => {
        const lora = { ...LORA, rank, alpha, projections };
        const bytes = encodeStandInAdapter(shift, lora);
        // One rounding to single precision, 6e-8 of the shift; sums of some hundred terms in double.
        assertClose(shiftOf(bytes, lora), shift, 1e-7 * Math.abs(shift) + 1e-12);
      },
    ),
    { seed: 81, numRuns: 200 },
  );
});

test('is an adapter that the stand-in takes, of its sites that have a projection asked for', () => {
  const bytes = encodeStandInAdapter(0.5, LORA) ?? assert.fail('there are no weights');
  const adapter = decodeStandInAdapter(bytes, 3, LORA);
  checkAdapter(adapter, STAND_IN_LORA_SITES);
  assert.deepEqual([adapter.version, adapter.rank, adapter.scaling], [3, 2, 2]);
  assert.equal(adapter.sites.length, 4);
  assertClose(adapterShift(adapter), 0.5, 1e-7);
  const one = encodeStandInAdapter(0.5, { ...LORA, projections: ['v'] }) ?? new Uint8Array();
  assert.deepEqual(
    decodeStandInAdapter(one, 1, LORA).sites.map(({ projection }) => projection),
    ['v', 'v'],
  );
});

test('without a parent there is no shift; without a site there are no weights', () => {
  assert.equal(shiftOf(undefined, LORA), 0);
  assert.equal(encodeStandInAdapter(0.5, { ...LORA, projections: ['up'] }), undefined);
});

test('damaged weights, and those of another rank, are refused', () => {
  const bytes = encodeStandInAdapter(0.5, LORA) ?? new Uint8Array();
  const refused = { code: 'ADAPTER_REFUSED' };
  assert.throws(() => decodeStandInAdapter(bytes.slice(0, 50), 1, LORA), refused);
  assert.throws(() => decodeStandInAdapter(bytes, 1, { ...LORA, rank: 3 }), refused);
});
