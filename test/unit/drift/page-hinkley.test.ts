import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { INITIAL_PAGE_HINKLEY, stepPageHinkley } from '../../../src/drift/page-hinkley.ts';
import { readDriftGolden } from '../../support/drift-golden.ts';

describe('stepPageHinkley', () => {
  for (const { name, values, pageHinkley } of readDriftGolden().streams)
    for (const { options, indices } of pageHinkley)
      it(`fires where River does: ${name}, threshold ${options.threshold}, ${options.mode}`, () => {
        let state = INITIAL_PAGE_HINKLEY;
        const fired: number[] = [];
        values.forEach((value, i) => {
          const step = stepPageHinkley(state, value, options);
          state = step.state;
          const evidence = { up: step.up, down: step.down, both: Math.max(step.up, step.down) };
          if (state.n < options.min_instances || evidence[options.mode] <= options.threshold)
            return;
          fired.push(i);
          state = INITIAL_PAGE_HINKLEY;
        });
        assert.deepEqual(fired, indices);
      });
});
