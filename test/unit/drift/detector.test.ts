import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DETECTORS, initialDetector, stepDetector } from '../../../src/drift/detector.ts';

describe('stepDetector', () => {
  for (const name of DETECTORS)
    it(`gathers evidence of rises, and of falls where both count: ${name}`, () => {
      const after = (p: number, sides: 'one' | 'two'): number => {
        let state = initialDetector(name);
        let evidence = 0;
        // Page-Hinkley and ADWIN compare with their own past, so there has to be one.
        for (let i = 0; i < 40; i++) ({ state } = stepDetector(state, (i % 10) / 10 + 0.05, sides));
        for (let i = 0; i < 20; i++) ({ state, evidence } = stepDetector(state, p, sides));
        return evidence;
      };
      assert.ok(after(0.01, 'one') > 2, 'a rise');
      assert.ok(after(0.99, 'two') > 2, 'a fall');
      // ADWIN looks at the distance of means alone, whatever its direction.
      if (name !== 'adwin') assert.ok(after(0.99, 'one') < 1, 'a fall that does not count');
    });

  it('lets a usual value take back 0.3 of a rise, where only rises count', () => {
    // Normal scores 2.3263, then -0.2533, as 0.9 one-sided: 2.3263 - 1.2 + 0.9 - 1.2; 2.3263 - 0.5 - 0.2533 - 0.5.
    for (const [sides, expected] of [
      ['one', 0.8263],
      ['two', 1.073],
    ] as const) {
      const { state } = stepDetector(initialDetector('cusum'), 0.01, sides);
      const { evidence } = stepDetector(state, 0.6, sides);
      assert.ok(Math.abs(evidence - expected) < 1e-4, `${sides}: ${evidence}`);
    }
  });

  it('has finite evidence of at least 0, and a state that survives JSON, whatever comes', () => {
    const p = fc.double({ min: 1 / 258, max: 257 / 258, noNaN: true });
    const sides = fc.constantFrom('one', 'two');
    fc.assert(
      fc.property(fc.constantFrom(...DETECTORS), sides, fc.array(p), (name, side, values) => {
        let state = initialDetector(name);
        for (const value of values) {
          const step = stepDetector(state, value, side);
          assert.ok(Number.isFinite(step.evidence) && step.evidence >= 0);
          assert.deepEqual(JSON.parse(JSON.stringify(step.state)), step.state);
          ({ state } = step);
        }
      }),
    );
  });
});
