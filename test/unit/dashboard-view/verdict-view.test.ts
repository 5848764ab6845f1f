import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictView } from '../../../src/dashboard-view/verdict-view.ts';
import { addToBoard, type VerdictBoard } from '../../../src/verdict/verdict-board.ts';
import { sketchWindow, verdictOf } from '../../support/verdict-fixture.ts';

test('before any window there is not enough data', () => {
  const view = verdictView(new Map());
  assert.deepEqual([view.word, view.basis, view.sinceMs], ['not enough data', 'none', null]);
  assert.deepEqual(view.scopes, []);
});

test('the worst verdict first, in words; then every scope, with hostile names cut and cleaned', () => {
  const window = (scope: string, level: 'trust' | 'do-not-trust', sourcePartition = 0) => ({
    ...sketchWindow({ ordinal: 0, band: [0, 0.1] }),
    scope,
    sourcePartition,
    verdict: verdictOf({ level }),
  });
  const board = [
    window('pooled', 'trust'),
    window('pooled', 'do-not-trust', 1),
    window(`\u202e${'x'.repeat(500)}`, 'trust'),
  ].reduce<VerdictBoard>((known, next) => addToBoard(known, next, 9), new Map());
  const view = verdictView(board);
  assert.deepEqual(
    [view.word, view.partition, view.n, view.labelled, view.basis, view.sinceMs, view.dataAtMs],
    ['do not trust', 1, 100, 60, 'measured', Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 1, 0, 1)],
  );
  assert.deepEqual(
    view.scopes.map(({ partition, word }) => [partition, word]),
    [
      [0, 'trust'],
      [1, 'do not trust'],
      [0, 'trust'],
    ],
  );
  const name = view.scopes[0]?.scope ?? '';
  assert.ok(name.length <= 81 && !name.includes('\u202e'));
});
