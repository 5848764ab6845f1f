import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import { encodeAdapter, type AdapterWeights } from '../../../src/peft/adapter-weights.ts';
import { checkAdapter, type AdapterLimits } from '../../../src/peft/check-adapter.ts';
import { goldenAdapter, tinySiteShape } from '../../support/golden-adapter.ts';

const WEIGHTS = goldenAdapter('llama');
const LIMITS: AdapterLimits = {
  baseSha256: 'b'.repeat(64),
  sites: WEIGHTS.sites.map((site) => ({
    layer: site.layer,
    projection: site.projection,
    ...tinySiteShape('llama', site),
  })),
};

/** The verdict on weights, with changes to what comes with them. */
function verdict(
  weights: AdapterWeights,
  changes: {
    readonly baseSha256?: string;
    readonly sizeBytes?: number;
    readonly sha256?: string;
    readonly rank?: number;
    readonly alpha?: number;
    readonly limits?: Partial<AdapterLimits>;
    readonly gone?: boolean;
    readonly cut?: boolean;
  } = {},
): string {
  const whole = encodeAdapter(weights);
  const bytes = changes.cut === true ? whole.subarray(0, -1) : whole;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { rank, alpha, sites } = weights;
  const record = {
    version: 3,
    baseSha256: changes.baseSha256 ?? LIMITS.baseSha256,
    sha256: changes.sha256 ?? sha256,
    sizeBytes: changes.sizeBytes ?? bytes.length,
    lora: {
      rank: changes.rank ?? rank,
      alpha: changes.alpha ?? alpha,
      projections: [],
      lastLayers: 2,
    },
  };
  const given = changes.gone === true ? undefined : bytes;
  const result = checkAdapter(record, given, sha256, { ...LIMITS, ...changes.limits });
  if (!result.ok) return result.refusal.code;
  assert.deepEqual(result.adapter, { version: 3, rank, scaling: alpha / rank, sites });
  return 'ok';
}

/** The weights with one number replaced. */
function withNumber(value: number): AdapterWeights {
  const sites = WEIGHTS.sites.map((site) => ({ ...site, b: site.b.slice() }));
  sites.at(-1)!.b[5] = value;
  return { ...WEIGHTS, sites };
}

describe('checkAdapter', () => {
  it('lets in an adapter that fits, and hands over what the model takes', () => {
    assert.equal(verdict(WEIGHTS), 'ok');
  });

  it('refuses by code', () => {
    assert.equal(verdict(WEIGHTS, { baseSha256: 'c'.repeat(64) }), 'WRONG_BASE');
    assert.equal(verdict(WEIGHTS, { gone: true }), 'MISSING');
    assert.equal(verdict(WEIGHTS, { limits: { maxBytes: 100 } }), 'TOO_LARGE');
    assert.equal(verdict(WEIGHTS, { sha256: 'd'.repeat(64) }), 'WRONG_HASH');
    assert.equal(verdict(WEIGHTS, { sizeBytes: 7 }), 'WRONG_HASH');
    assert.equal(verdict(WEIGHTS, { cut: true }), 'DAMAGED');
    assert.equal(verdict(WEIGHTS, { rank: 3 }), 'WRONG_SHAPE');
    for (const rank of [0, -2, 1.5, NaN, 257])
      assert.equal(verdict(WEIGHTS, { rank }), 'TOO_LARGE');
    assert.equal(verdict(WEIGHTS, { limits: { maxRank: 1 } }), 'TOO_LARGE');
    assert.equal(verdict(WEIGHTS, { limits: { sites: LIMITS.sites.slice(1) } }), 'UNKNOWN_SITE');
    const wider = LIMITS.sites.map((site) => ({ ...site, outputSize: site.outputSize + 1 }));
    assert.equal(verdict(WEIGHTS, { limits: { sites: wider } }), 'WRONG_SHAPE');
  });

  it('refuses numbers that are not finite or absurd, in the weights and in the scaling', () => {
    for (const value of [NaN, Infinity, -Infinity, 10_001])
      assert.equal(verdict(withNumber(value)), 'NOT_FINITE', String(value));
    assert.equal(verdict(withNumber(9999)), 'ok');
    for (const alpha of [NaN, Infinity, 1e9])
      assert.equal(verdict(WEIGHTS, { alpha }), 'NOT_FINITE');
  });
});
