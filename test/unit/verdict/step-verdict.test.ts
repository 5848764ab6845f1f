import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Verdict, VerdictLevel } from '../../../src/events/verdict.ts';
import {
  EMPTY_VERDICT,
  severityOf,
  stepVerdict,
  verdictWord,
  type VerdictState,
} from '../../../src/verdict/step-verdict.ts';
import type { VerdictRules } from '../../../src/verdict/verdict-rules.ts';
import { RULES, sketchWindow, type WindowSketch } from '../../support/verdict-fixture.ts';

const GOOD = [0, 0.1] as const;
const UNSURE = [0.1, 0.2] as const;
const BAD = [0.16, 0.3] as const;
const AWFUL = [0.3, 0.5] as const;

function verdicts(sketches: readonly WindowSketch[], rules: VerdictRules = RULES): Verdict[] {
  let state: VerdictState = EMPTY_VERDICT;
  return sketches.map((sketch) => {
    const step = stepVerdict(state, sketchWindow(sketch, rules), rules);
    // State is committed as JSON: it must survive that.
    state = JSON.parse(JSON.stringify(step.state)) as VerdictState;
    assert.deepEqual(state, step.state);
    return step.verdict;
  });
}

const levels = (sketches: readonly WindowSketch[]): VerdictLevel[] =>
  verdicts(sketches).map(({ level }) => level);

/** Consecutive windows with these bands. */
const bands = (...list: (readonly [number, number] | undefined)[]): WindowSketch[] =>
  list.map((band, ordinal) => (band === undefined ? { ordinal } : { ordinal, band }));

describe('stepVerdict', () => {
  it('takes the first level at once, and another after two windows of its dwell', () => {
    assert.deepEqual(levels(bands(GOOD, UNSURE, UNSURE, GOOD, GOOD, GOOD)), [
      ...['trust', 'trust', 'caution', 'caution', 'trust', 'trust'],
    ]);
  });

  it('one odd window changes nothing', () => {
    assert.deepEqual(levels(bands(GOOD, UNSURE, GOOD, BAD, GOOD, UNSURE)), [
      ...['trust', 'trust', 'trust', 'trust', 'trust', 'trust'],
    ]);
  });

  it('mistrusts at once where the error is far above the limit', () => {
    assert.deepEqual(levels(bands(GOOD, AWFUL, GOOD, GOOD)), [
      ...['trust', 'do-not-trust', 'do-not-trust', 'trust'],
    ]);
  });

  it('takes the nearest level that the windows of a run spoke for', () => {
    assert.deepEqual(levels(bands(GOOD, UNSURE, BAD, BAD, BAD)), [
      ...['trust', 'trust', 'caution', 'caution', 'do-not-trust'],
    ]);
  });

  it('says since when, in the time of the records, and why it waits', () => {
    const [first, held, changed, later] = verdicts(bands(GOOD, UNSURE, UNSURE, UNSURE));
    assert.deepEqual(first, {
      level: 'trust',
      code: 'error-below-limit',
      reason: 'The calibration error is 0.050, and its 95% band, 0.000 to 0.100, lies below 0.150.',
      basis: 'measured',
      sinceMs: 100_000,
      n: 100,
      labelled: 100,
      dataAtMs: 100_000,
    });
    assert.equal(held?.code, 'held');
    assert.match(held.reason, /"trust" stays until that has held for 100 answers\.$/);
    assert.deepEqual([held.sinceMs, held.dataAtMs], [100_000, 200_000]);
    assert.deepEqual([changed?.sinceMs, later?.sinceMs], [300_000, 300_000]);
  });

  it('goes to caution the moment a change is noticed, and back after windows that lie after it', () => {
    const seen = verdicts([
      ...bands(GOOD, GOOD),
      { ordinal: 1, band: GOOD, noticedAt: 230, seen: 231 },
      { ordinal: 2, band: GOOD, noticedAt: 230 },
      { ordinal: 3, band: GOOD, noticedAt: 230 },
      { ordinal: 4, band: GOOD, noticedAt: 230 },
    ]);
    assert.deepEqual(
      seen.map(({ level, sinceMs }) => [level, sinceMs]),
      [
        ['trust', 100_000],
        ['trust', 100_000],
        ['caution', 231_000],
        ['caution', 231_000],
        ['caution', 231_000],
        ['trust', 500_000],
      ],
    );
  });

  it('a change does not turn mistrust into caution', () => {
    const seen = verdicts([
      ...bands(AWFUL),
      { ordinal: 0, band: AWFUL, noticedAt: 130, seen: 131 },
      { ordinal: 1, band: GOOD, noticedAt: 130 },
    ]);
    assert.deepEqual(
      seen.map(({ level }) => level),
      ['do-not-trust', 'do-not-trust', 'do-not-trust'],
    );
    assert.match(seen[1]?.reason ?? '', /until then "do not trust" stays\.$/);
  });

  it('judges the newest window with labels when they come late, and forgets it if they are taken back', () => {
    const seen = verdicts([
      ...bands(undefined, undefined, undefined),
      { ordinal: 0, band: GOOD, seen: 300 },
      { ordinal: 1, band: GOOD, seen: 300 },
      { ordinal: 0, band: AWFUL, seen: 300 },
      { ordinal: 1, band: GOOD, labelled: 10, seen: 300 },
    ]);
    assert.deepEqual(
      seen.map(({ level, basis }) => [level, basis]),
      [
        ['caution', 'estimated'],
        ['caution', 'estimated'],
        ['caution', 'estimated'],
        ['caution', 'measured'],
        ['trust', 'measured'],
        ['trust', 'measured'],
        ['trust', 'estimated'],
      ],
    );
  });

  it('waits with windows that overlap as long as with others', () => {
    const rules = { ...RULES, step: 10 };
    const list = Array.from({ length: 14 }, (_, ordinal) => ({
      ordinal,
      band: ordinal === 0 ? GOOD : UNSURE,
    }));
    const changed = verdicts(list, rules).findIndex(({ level }) => level === 'caution');
    // Spoken for from window 1, whose end is 110, to window 11, whose end is 210.
    assert.equal(changed, 11);
  });
});

/** Answers between two changes of the level, for windows one after the other. */
function flipsOf(seen: readonly Verdict[], rules: VerdictRules): { at: number; up: boolean }[] {
  return seen.flatMap(({ level }, i) => {
    const before = seen[i - 1]?.level;
    if (before === undefined || before === level) return [];
    const up = severityOf(level) < severityOf(before);
    return [{ at: i * rules.step + rules.size, up }];
  });
}

const anyRules = fc
  .record({ dwell: fc.integer({ min: 1, max: 300 }), step: fc.constantFrom(10, 30, 100) })
  .map((over): VerdictRules => ({ ...RULES, ...over }));

describe('free of flicker', () => {
  it('noise around a boundary changes the level at most once per dwell', () => {
    // Around either boundary: the band's upper end by the limit, or its lower end by it, within the margin.
    const noise = fc.array(fc.double({ min: -0.04, max: 0.04, noNaN: true }), {
      minLength: 5,
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyRules, noise, fc.boolean(), (rules, values, upper) => {
        const list = values.map((value, ordinal): WindowSketch => ({
          ordinal,
          band: upper ? [0.01, 0.15 + value] : [0.15 + value, 0.4],
        }));
        const flips = flipsOf(verdicts(list, rules), rules);
        for (const [i, { at }] of flips.entries()) {
          const before = flips[i - 1];
          if (before !== undefined) assert.ok(at - before.at > rules.dwell);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('the level gets better at most once per dwell, whatever the evidence', () => {
    const sketch = fc.record({
      low: fc.double({ min: 0, max: 0.5, noNaN: true }),
      width: fc.double({ min: 0, max: 0.4, noNaN: true }),
      labelled: fc.constantFrom(0, 49, 50, 100),
      missing: fc.constantFrom(0, 60, 90),
      signalGap: fc.constantFrom(null, 0, 0.5),
      noticed: fc.boolean(),
    });
    fc.assert(
      fc.property(anyRules, fc.array(sketch, { minLength: 5, maxLength: 50 }), (rules, list) => {
        let noticedAt = 0;
        const sketches = list.map(({ low, width, noticed, ...rest }, ordinal): WindowSketch => {
          if (noticed) noticedAt = ordinal * rules.step + rules.size - 1;
          return { ...rest, ordinal, band: [low, Math.min(1, low + width)], noticedAt };
        });
        const seen = verdicts(sketches, rules);
        const better = flipsOf(seen, rules).filter(({ up }) => up);
        for (const [i, { at }] of better.entries()) {
          const before = better[i - 1];
          if (before !== undefined) assert.ok(at - before.at > rules.dwell);
        }
        for (const { level, basis, reason } of seen) {
          assert.match(reason, /^[A-Z0-9].*\.$/);
          if (level === 'trust' && basis === 'estimated') assert.match(reason, /"trust" stays/);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});

it('levels read as words', () => {
  assert.equal(verdictWord('do-not-trust'), 'do not trust');
});
