import assert from 'node:assert/strict';
import { test } from 'node:test';
import { windowEvidence } from '../../../src/verdict/window-evidence.ts';
import { windowOf } from '../../support/dashboard-fixture.ts';
import { RULES, sketchWindow } from '../../support/verdict-fixture.ts';

test('places in the stream follow from the ordinal, numbers from the published confidence', () => {
  const window = sketchWindow({ ordinal: 3, band: [0.1, 0.2], missing: 4, labelled: 60 });
  assert.deepEqual(windowEvidence(window, { ...RULES, step: 20 }), {
    ordinal: 3,
    start: 60,
    end: 160,
    missing: 4,
    n: 96,
    labelled: 60,
    error: { ece: (0.1 + 0.2) / 2, low: 0.1, high: 0.2 },
    meanConfidence: 0.6,
    signalGap: 0,
  });
});

test('without a band the error itself is both of its ends; without a metric nothing is measured', () => {
  const { verdict: _, ...bare } = windowOf();
  assert.deepEqual(windowEvidence(bare, RULES).error, { ece: 0.25, low: 0.25, high: 0.25 });
  assert.deepEqual(windowEvidence({ ...bare, metrics: [] }, RULES), {
    ordinal: 0,
    start: 0,
    end: 100,
    missing: 10,
    n: 0,
    labelled: 0,
    error: null,
    meanConfidence: null,
    signalGap: null,
  });
});

test('a window that the clock closed ends with its newest answer', () => {
  const window = sketchWindow({ ordinal: 2, band: [0.1, 0.2], seen: 230 });
  assert.deepEqual(
    [windowEvidence(window, RULES).start, windowEvidence(window, RULES).end],
    [200, 230],
  );
});
