import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adwinEvidence, INITIAL_ADWIN, insertAdwin } from '../../../src/drift/adwin.ts';
import { readDriftGolden } from '../../support/drift-golden.ts';

describe('adwinEvidence', () => {
  for (const { name, values, adwin } of readDriftGolden().streams)
    for (const { options, indices } of adwin)
      it(`fires where River does: ${name}, δ ${options.delta}, clock ${options.clock}`, () => {
        const settings = {
          maxBuckets: options.max_buckets,
          minWindowLength: options.min_window_length,
        };
        let state = INITIAL_ADWIN;
        const fired: number[] = [];
        values.forEach((value, i) => {
          state = insertAdwin(state, value, settings);
          if (state.width % options.clock !== 0 || state.width <= options.grace_period) return;
          if (adwinEvidence(state, settings) <= Math.log(1 / options.delta)) return;
          fired.push(i);
          state = INITIAL_ADWIN;
        });
        assert.deepEqual(fired, indices);
      });

  it('has none where no cut leaves enough on both sides', () => {
    const settings = { maxBuckets: 5, minWindowLength: 5 };
    let state = INITIAL_ADWIN;
    for (let i = 0; i < 9; i++) state = insertAdwin(state, i, settings);
    assert.equal(adwinEvidence(state, settings), Number.NEGATIVE_INFINITY);
  });
});
