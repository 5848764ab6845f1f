import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoraSiteSpec } from '../../../src/graph/lora-sites.ts';
import { initialLora } from '../../../src/training/initial-lora.ts';
import { assertClose } from '../../support/assert-close.ts';

const site: LoraSiteSpec = { layer: 3, projection: 'q', inputSize: 400, outputSize: 20 };

describe('initialLora', () => {
  it('is uniform in ±1/√in for A, zero for B', () => {
    const [lora] = initialLora([site], 8, 1);
    assert.deepEqual([lora!.a.length, lora!.b.length], [3200, 160]);
    const largest = Math.max(...lora!.a.map(Math.abs));
    // 1/√400 = 0.05; of 3,200 draws the largest is within 1% of it but for one case in 10¹⁴.
    assert.ok(largest <= 0.05 && largest > 0.0495, String(largest));
    // Variance of a uniform number in ±b is b²/3; that of 3,200 draws is off by 1.6%, one deviation.
    const variance = lora!.a.reduce((sum, x) => sum + x * x, 0) / 3200;
    assertClose(variance, 0.05 ** 2 / 3, 0.08 * (0.05 ** 2 / 3));
    assert.ok(lora!.b.every((value) => value === 0));
  });

  it('is a function of seed and site', () => {
    const draw = (seed: number, ...sites: LoraSiteSpec[]): Float32Array =>
      initialLora(sites, 4, seed).at(-1)!.a;
    assert.deepEqual(draw(1, site), draw(1, site));
    assert.deepEqual(draw(1, { ...site, layer: 2 }, site), draw(1, site));
    assert.notDeepEqual(draw(2, site), draw(1, site));
    assert.notDeepEqual(draw(1, { ...site, layer: 2 }), draw(1, site));
    assert.notDeepEqual(draw(1, { ...site, projection: 'v' }), draw(1, site));
  });
});
