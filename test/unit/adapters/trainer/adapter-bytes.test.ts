import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeOptimizer,
  encodeOptimizer,
  parentSites,
} from '../../../../src/adapters/trainer/adapter-bytes.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import type { LoraSiteSpec } from '../../../../src/graph/lora-sites.ts';
import { encodeAdapter } from '../../../../src/peft/adapter-weights.ts';
import { initialLora } from '../../../../src/training/initial-lora.ts';
import type { OptimizerState } from '../../../../src/training/optimizer-state.ts';

const specs: readonly LoraSiteSpec[] = [
  { layer: 1, projection: 'q', inputSize: 6, outputSize: 4 },
  { layer: 2, projection: 'v', inputSize: 6, outputSize: 2 },
];
const lora = { rank: 2, alpha: 4, projections: [], lastLayers: 2 };
const sites = initialLora(specs, 2, 1);
const lengths = sites.flatMap(({ a, b }) => [a.length, b.length]);
const state: OptimizerState = {
  step: 7,
  mean: lengths.map((length, i) => Float32Array.from({ length }, (_, j) => i + j / 8)),
  square: lengths.map((length, i) => Float32Array.from({ length }, (_, j) => i * j)),
};
const refuses = (work: () => unknown): void => {
  assert.throws(work, (error) => error instanceof SeclError && error.code === 'TRAINING_FAILED');
};

describe('parentSites', () => {
  const bytes = encodeAdapter({ rank: 2, alpha: 4, sites });

  it('reads what was written, in the order of the sites asked for', () => {
    assert.deepEqual(parentSites(bytes, specs, lora), sites);
  });

  it('refuses other sites, shapes, ranks, and bytes that are none', () => {
    refuses(() => parentSites(bytes, specs.slice(0, 1), lora));
    refuses(() => parentSites(bytes, [specs[0]!, { ...specs[1]!, layer: 0 }], lora));
    refuses(() => parentSites(bytes, [specs[0]!, { ...specs[1]!, inputSize: 5 }], lora));
    refuses(() => parentSites(bytes, specs, { ...lora, rank: 1 }));
    refuses(() => parentSites(bytes.subarray(1), specs, lora));
  });

  it('refuses numbers that are not finite', () => {
    const broken = sites.map((site) => ({ ...site, b: site.b.map(() => Number.NaN) }));
    refuses(() => parentSites(encodeAdapter({ rank: 2, alpha: 4, sites: broken }), specs, lora));
  });
});

describe('an optimizer’s state', () => {
  it('is read back as it was written', () => {
    assert.deepEqual(decodeOptimizer(encodeOptimizer(state, sites), sites), state);
  });

  it('is refused for other weights, or damaged', () => {
    const bytes = encodeOptimizer(state, sites);
    refuses(() => decodeOptimizer(bytes, initialLora(specs, 3, 1)));
    refuses(() => decodeOptimizer(bytes, [{ ...sites[0]!, layer: 5 }]));
    refuses(() => decodeOptimizer(bytes.subarray(0, 20), sites));
    refuses(() => decodeOptimizer(encodeAdapter({ rank: 2, alpha: 4, sites }), sites));
  });
});
