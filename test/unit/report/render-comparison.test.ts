import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderComparison } from '../../../src/report/render-comparison.ts';
import { singleStrategy, syntheticComparison } from '../../support/synthetic-comparison.ts';

describe('renderComparison', () => {
  it('is one page with a picture and every strategy, and loads nothing', () => {
    const page = renderComparison(syntheticComparison());
    assert.match(page, /^<!doctype html>/);
    for (const title of ['Verbalized', 'NormPTrue', 'DINCO †', 'geography', 'calendar'])
      assert.ok(page.includes(title), title);
    assert.equal(page.match(/<svg/g)?.length, 1);
    assert.equal(page.match(/class="point"/g)?.length, 3);
    assert.doesNotMatch(page, /<script|<link|<img|https?:\/\/(?!www\.w3\.org)/);
  });

  it('escapes names', () => {
    const summary = syntheticComparison(['<b>bold</b>']);
    const page = renderComparison({ ...summary, stream: '<i>', ablation: '<u>' });
    assert.doesNotMatch(page, /<b>bold|<i>|<u>/);
    assert.ok(page.includes('&lt;b&gt;bold'));
  });

  it('says what is unfinished, and shows several runs', () => {
    assert.match(renderComparison({ ...syntheticComparison([], []), complete: false }), /stopped/);
    assert.match(renderComparison(syntheticComparison(['a'], [1, 2])), /Over 2 runs/);
  });

  it('draws the runs of a single strategy, since nothing else is compared', () => {
    const page = renderComparison(singleStrategy([1, 2, 3]));
    assert.equal(page.match(/class="point"/g)?.length, 3);
    assert.match(page, /error by run: Verbalized, seed 1 0\.\d{3}, Verbalized, seed 2 /);
  });

  it('leaves out what is gained where nothing is there to compare with', () => {
    const heading = /Against verbalized confidence/;
    assert.match(renderComparison(syntheticComparison()), heading);
    const { strategies, ...rest } = syntheticComparison();
    const ablation = Object.fromEntries(
      Object.entries(strategies).map(([name, strategy]) => [
        name,
        { ...strategy, reduction: { ece: null, meanDomainEce: null }, relativeCost: null },
      ]),
    );
    assert.doesNotMatch(renderComparison({ ...rest, strategies: ablation }), heading);
  });
});
