import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeEvidence, type Judgement } from '../../../src/verdict/judge-evidence.ts';
import { windowEvidence } from '../../../src/verdict/window-evidence.ts';
import { RULES, sketchWindow, type WindowSketch } from '../../support/verdict-fixture.ts';

interface Given {
  readonly newest: WindowSketch;
  readonly measured?: WindowSketch | null;
  readonly noticedAt?: number;
  readonly seen?: number;
}

function judge({ newest, measured = newest, noticedAt = 0, seen }: Given): Judgement {
  const evidence = windowEvidence(sketchWindow(newest), RULES);
  return judgeEvidence(
    {
      newest: evidence,
      measured: measured === null ? null : windowEvidence(sketchWindow(measured), RULES),
      noticedAt,
      answersSeen: seen ?? evidence.end,
    },
    RULES,
  );
}

describe('with labels', () => {
  const cases: [band: [number, number], level: string, code: string, atOnce: boolean][] = [
    [[0, 0.15], 'trust', 'error-below-limit', false],
    [[0.15, 0.1501], 'caution', 'error-around-limit', false],
    [[0.1501, 0.3], 'do-not-trust', 'error-above-limit', false],
    [[0.2001, 0.3], 'do-not-trust', 'error-above-limit', true],
  ];
  for (const [band, level, code, atOnce] of cases)
    it(`says ${level} of a band from ${band[0]} to ${band[1]}`, () => {
      const judged = judge({ newest: { ordinal: 0, band } });
      assert.deepEqual(
        [judged.level, judged.code, judged.basis, judged.atOnce],
        [level, code, 'measured', atOnce],
      );
      assert.ok(judged.reason.includes(band[0].toFixed(3)));
    });

  it('goes on with an older window while no change is noticed, and says how old it is', () => {
    const measured = { ordinal: 0, band: [0, 0.1] } as const;
    const judged = judge({ newest: { ordinal: 5 }, measured });
    assert.equal(judged.level, 'trust');
    assert.match(judged.reason, /measured 500 answers ago/);
    assert.equal(judge({ newest: { ordinal: 6 }, measured }).code, 'no-labels', 'after carry');
    assert.equal(
      judge({ newest: { ordinal: 3 }, measured, noticedAt: 150 }).code,
      'no-labels',
      'it ended before the change',
    );
  });

  it('lets labels overrule what label-free numbers say', () => {
    const judged = judge({ newest: { ordinal: 0, band: [0, 0.1], signalGap: 0.9 } });
    assert.deepEqual([judged.level, judged.basis], ['trust', 'measured']);
  });
});

describe('a change of the stream', () => {
  it('calls for caution until a window lies wholly after it', () => {
    const measured = { ordinal: 1, band: [0, 0.1] } as const;
    const judged = judge({ newest: measured, noticedAt: 230, seen: 242 });
    assert.deepEqual(
      [judged.level, judged.code, judged.atOnce],
      ['caution', 'change-noticed', true],
    );
    // The sentence stands until the next window: 36 answers on, a run said "1 answer ago". Counted from 1.
    assert.match(judged.reason, /^a change of the stream was noticed at answer 231, and no window/);
    assert.equal(
      judge({ newest: { ordinal: 2, band: [0, 0.1] }, noticedAt: 201 }).level,
      'caution',
    );
    assert.equal(judge({ newest: { ordinal: 2, band: [0, 0.1] }, noticedAt: 200 }).level, 'trust');
  });

  it('does not keep labels from speaking against trust, though not for it', () => {
    const worse = judge({ newest: { ordinal: 2, band: [0.3, 0.4] }, noticedAt: 250 });
    assert.deepEqual(
      [worse.level, worse.basis, worse.mayImprove],
      ['do-not-trust', 'measured', false],
    );
    const before = judge({ newest: { ordinal: 2, band: [0.3, 0.4] }, noticedAt: 300, seen: 310 });
    assert.equal(before.code, 'change-noticed', 'all of that window came before the change');
  });
});

describe('without labels', () => {
  const quiet = { ordinal: 0, labelled: 49, band: [0, 0.1] } as const;
  it('never trusts, and says what it cannot see', () => {
    const judged = judge({ newest: quiet, measured: null });
    assert.deepEqual(
      [judged.level, judged.code, judged.basis],
      ['caution', 'no-labels', 'estimated'],
    );
    // Of 23 answers, all labelled, it said "too few labels".
    assert.match(judged.reason, /^there are too few labels \(49; a window needs 50\), and numbers/);
    assert.match(judged.reason, /cannot see whether right answers still go with high confidence/);
  });

  it('does not trust confidences far from token certainty', () => {
    const at = (signalGap: number | null): string =>
      judge({ newest: { ...quiet, signalGap }, measured: null }).code;
    assert.equal(at(0.25), 'no-labels');
    assert.equal(at(0.2501), 'signals-disagree');
    assert.equal(at(null), 'no-labels');
  });

  it('says so where confidences are missing', () => {
    const at = (missing: number): Judgement =>
      judge({ newest: { ordinal: 0, missing }, measured: null });
    assert.equal(at(50).code, 'no-labels');
    assert.equal(at(51).code, 'many-missing');
    assert.equal(at(80).code, 'many-missing');
    assert.deepEqual([at(81).level, at(81).basis], ['not-enough-data', 'none']);
    assert.match(at(81).reason, /19 answers with a confidence, fewer than 20/);
  });
});
