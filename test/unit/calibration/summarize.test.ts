import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarize, type CalibrationRow } from '../../../src/calibration/summarize.ts';
import { assertClose } from '../../support/assert-close.ts';

/** `n` rows of one domain with one confidence, the first `right` of them right. */
function block(domain: string | null, n: number, confidence: number | null, right: number) {
  return Array.from({ length: n }, (_, i): CalibrationRow => {
    return { domain, confidence, correct: i < right };
  });
}

describe('summarize', () => {
  it('shows what pooling cancels', () => {
    // Both domains say .5; one is always right, one never: pooled ECE 0, each domain .5.
    const rows = [...block('easy', 30, 0.5, 30), ...block('hard', 30, 0.5, 0)];
    const { pooled, domains, meanDomainEce, domainsCounted } = summarize(rows, { resamples: 50 });
    assert.equal(pooled.ece, 0);
    assert.deepEqual([domains['easy']?.ece, domains['hard']?.ece], [0.5, 0.5]);
    assert.equal(meanDomainEce, 0.5);
    assert.equal(domainsCounted, 2);
    assert.equal(pooled.auroc, 0.5);
    assert.equal(domains['easy']?.auroc, null);
    assert.equal(pooled.accuracy, 0.5);
    assert.equal(pooled.brier, 0.25);
    assertClose(pooled.logLoss, Math.log(2), 1e-12);
    assert.deepEqual(Object.keys(domains), ['easy', 'hard']);
  });

  it('counts what it leaves out, and means only over domains with rows', () => {
    const rows: CalibrationRow[] = [
      ...block('a', 4, 0.25, 0),
      ...block('b', 3, null, 1),
      { domain: 'c', confidence: 0.5, correct: null },
      ...block(null, 2, 0.75, 2),
    ];
    const { pooled, domains, meanDomainEce, domainsCounted } = summarize(rows, { resamples: 0 });
    assert.deepEqual([pooled.n, pooled.missing, pooled.unlabelled], [6, 3, 1]);
    assert.equal(domains['b']?.ece, null);
    assert.equal(domains['b'].missing, 3);
    assert.equal(domains['c']?.unlabelled, 1);
    assert.equal(meanDomainEce, 0.25);
    assert.equal(domainsCounted, 1);
    assert.deepEqual([pooled.eceInterval, pooled.eceFloor], [null, null]);
  });

  it('holds a band around the ECE, and a floor', () => {
    const { pooled } = summarize(block('a', 100, 0.9, 40), { resamples: 400 });
    const band = pooled.eceInterval;
    // ECE = .9 - .4; a resampled accuracy has standard error sqrt(.24 / 100) = .049, 1.96 of them
    // .096; .03 covers the binomial's steps of .01 and 400 resamples.
    assertClose(band?.low, 0.5 - 0.096, 0.03);
    assertClose(band.high, 0.5 + 0.096, 0.03);
    // E|Binomial(100, .9) / 100 - .9| is near sqrt(2 / pi) · .03 = .0239.
    assertClose(pooled.eceFloor?.mean, 0.0239, 0.003);
  });

  it('has no interval for few rows, and says why', () => {
    const { pooled } = summarize(block('a', 5, 0.9, 2));
    assert.equal(pooled.eceInterval?.low, null);
    assert.match(pooled.eceInterval.reason ?? '', /fewer than/);
  });

  it('leaves out the band or the floor alone', () => {
    const rows = block('a', 30, 0.9, 20);
    const floorOnly = summarize(rows, { resamples: 0, simulations: 20 }).pooled;
    assert.equal(floorOnly.eceInterval, null);
    assert.equal(floorOnly.eceFloor?.simulations, 20);
    const bandOnly = summarize(rows, { resamples: 20, simulations: 0 }).pooled;
    assert.equal(bandOnly.eceInterval?.used, 20);
    assert.equal(bandOnly.eceFloor, null);
  });

  it('takes a domain of any name, and no rows', () => {
    const { domains } = summarize(block('__proto__', 2, 0.5, 1), { resamples: 0 });
    assert.deepEqual(Object.keys(domains), ['__proto__']);
    const empty = summarize([]);
    assert.deepEqual([empty.pooled.n, empty.pooled.ece, empty.meanDomainEce], [0, null, null]);
  });

  it('throws for NaN', () => {
    assert.throws(() => summarize(block('a', 1, Number.NaN, 0)), { code: 'PRECONDITION' });
  });
});
