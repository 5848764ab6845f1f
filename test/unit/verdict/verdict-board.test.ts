import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CalibrationWindow } from '../../../src/events/calibration-window.ts';
import {
  addToBoard,
  newestVerdict,
  overallVerdict,
  type VerdictBoard,
} from '../../../src/verdict/verdict-board.ts';
import { sketchWindow, verdictOf, type WindowSketch } from '../../support/verdict-fixture.ts';

const windowOf = (
  sketch: WindowSketch,
  over: Partial<CalibrationWindow> = {},
): CalibrationWindow => ({ ...sketchWindow(sketch), verdict: verdictOf(), ...over });

const board = (windows: readonly CalibrationWindow[], most = 10): VerdictBoard =>
  windows.reduce<VerdictBoard>((known, window) => addToBoard(known, window, most), new Map());

test('the newest published verdict counts, measured numbers are those of the newest labelled window', () => {
  const known = board([
    windowOf({ ordinal: 0, band: [0, 0.1] }),
    windowOf({ ordinal: 1, signalGap: 0.3 }),
    windowOf(
      { ordinal: 0, band: [0.1, 0.2] },
      { revision: 1, verdict: verdictOf({ reason: 'New.' }) },
    ),
  ]).get('0/pooled');
  assert.deepEqual([known?.ordinal, known?.revision], [1, 0], 'of the newest window');
  assert.equal(
    known?.verdict.reason,
    'New.',
    'a correction speaks for all that was published before',
  );
  assert.deepEqual([known.measured?.ordinal, known.measured?.eceLow], [0, 0.1]);
  assert.equal(known.estimated?.signalGap, 0.3);
});

test('a correction of a window older than the measured one changes no number', () => {
  const known = board([
    windowOf({ ordinal: 0, band: [0, 0.1] }),
    windowOf({ ordinal: 1, band: [0.2, 0.3] }),
    windowOf({ ordinal: 0, band: [0.1, 0.2] }, { revision: 1 }),
  ]).get('0/pooled');
  assert.deepEqual([known?.measured?.ordinal, known?.measured?.eceLow], [1, 0.2]);
});

test('the gate stands as it was published last, with whatever window', () => {
  const known = board([
    windowOf({ ordinal: 1, noticedAt: 0 }),
    windowOf({ ordinal: 0, noticedAt: 230 }, { revision: 1 }),
  ]).get('0/pooled');
  assert.deepEqual([known?.ordinal, known?.drift?.noticedAt], [1, 230]);
});

test('records of an older version have no verdict, and change nothing', () => {
  const known = new Map();
  assert.equal(addToBoard(known, windowOf({ ordinal: 0 }, { verdict: null }), 5), known);
});

test('the scope least lately renewed is forgotten first', () => {
  const of = (scope: string): CalibrationWindow => windowOf({ ordinal: 0 }, { scope });
  assert.deepEqual([...board([of('a'), of('b'), of('a'), of('c')], 2).keys()], ['0/a', '0/c']);
});

test('however many domains there are, the verdict over all of them stays', () => {
  const of = (scope: string): CalibrationWindow => windowOf({ ordinal: 0 }, { scope });
  const known = board(['pooled', 'a', 'b', 'c'].map(of), 2);
  assert.deepEqual([...known.keys()], ['0/pooled', '0/c']);
  assert.notEqual(overallVerdict(known), null);
});

test('the one verdict is the worst of the partitions, whatever domains say', () => {
  const of = (
    sourcePartition: number,
    level: 'trust' | 'caution' | 'do-not-trust',
    scope = 'pooled',
  ) => windowOf({ ordinal: 0 }, { sourcePartition, scope, verdict: verdictOf({ level }) });
  assert.equal(overallVerdict(new Map()), null);
  assert.equal(overallVerdict(board([of(0, 'do-not-trust', 'a')])), null);
  assert.equal(overallVerdict(board([of(0, 'trust')]))?.verdict.level, 'trust');
  const worst = overallVerdict(
    board([of(2, 'caution'), of(1, 'caution'), of(0, 'trust'), of(0, 'do-not-trust', 'a')]),
  );
  assert.deepEqual([worst?.partition, worst?.verdict.level], [1, 'caution']);
});

test('a run comes to the worst of its partitions’ newest verdicts', () => {
  const of = (sourcePartition: number, level: 'trust' | 'caution', scope = 'pooled') =>
    windowOf({ ordinal: 0 }, { sourcePartition, scope, verdict: verdictOf({ level }) });
  assert.equal(newestVerdict([]), null);
  assert.equal(
    newestVerdict([of(0, 'caution'), of(0, 'trust'), of(0, 'caution', 'a')])?.level,
    'trust',
  );
  assert.equal(newestVerdict([of(0, 'caution'), of(1, 'trust')])?.level, 'caution');
});
