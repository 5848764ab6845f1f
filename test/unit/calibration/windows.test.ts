import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Fold } from '../../../src/calibration/fold.ts';
import {
  closeTumblingWindow,
  slidingWindow,
  tumblingWindow,
  type Window,
} from '../../../src/calibration/windows.ts';

/** Runs a fold, its state through JSON after every step, as a restart would. */
function run<S, X, O>(fold: Fold<S, X, O>, inputs: readonly X[]): { state: S; outputs: O[] } {
  let { initial: state } = fold;
  const outputs: O[] = [];
  for (const input of inputs) {
    const before = JSON.stringify(state);
    const next = fold.step(state, input);
    assert.equal(JSON.stringify(state), before, 'a step must not mutate its state');
    outputs.push(...next.outputs);
    state = JSON.parse(JSON.stringify(next.state)) as S;
  }
  return { state, outputs };
}

const inputs = fc
  .integer({ min: 0, max: 40 })
  .map((n) => Array.from({ length: n }, (_, i) => i * i));
const size = fc.integer({ min: 1, max: 12 });

describe('tumblingWindow', () => {
  it('puts every input into exactly one window, in order', () => {
    fc.assert(
      fc.property(inputs, size, (items, width) => {
        const { state, outputs } = run(tumblingWindow<number>(width), items);
        const last = closeTumblingWindow(state);
        const all = last === null ? outputs : [...outputs, last];
        assert.deepEqual(
          all.flatMap((window) => window.items),
          items,
        );
        assert.ok(outputs.every((window) => window.items.length === width));
        for (const [ordinal, window] of all.entries()) {
          assert.equal(window.ordinal, ordinal);
          assert.equal(window.firstIndex, ordinal * width);
        }
      }),
    );
  });
});

describe('slidingWindow', () => {
  it('gives the newest inputs after every step, as slices would', () => {
    fc.assert(
      fc.property(inputs, size, fc.integer({ min: 1, max: 5 }), (items, width, every) => {
        const expected: Window<number>[] = [];
        for (let end = width; end <= items.length; end += every) {
          const firstIndex = end - width;
          expected.push({
            ordinal: expected.length,
            firstIndex,
            items: items.slice(firstIndex, end),
          });
        }
        const { state, outputs } = run(slidingWindow<number>(width, every), items);
        assert.deepEqual(outputs, expected);
        assert.ok(state.items.length <= width);
      }),
    );
  });
});

describe('both windows', () => {
  it('refuse a size or a step that is no positive integer', () => {
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => tumblingWindow(bad), { code: 'PRECONDITION' });
      assert.throws(() => slidingWindow(bad), { code: 'PRECONDITION' });
      assert.throws(() => slidingWindow(3, bad), { code: 'PRECONDITION' });
    }
  });
});
