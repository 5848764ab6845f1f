import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JUDGED_SCOPES, judgeWindows } from '../../../src/operators/judge-windows.ts';
import { RULES, sketchWindow } from '../../support/verdict-fixture.ts';

const window = (scope: string, ordinal = 0, band: readonly [number, number] = [0, 0.1]) => ({
  ...sketchWindow({ ordinal, band }),
  scope,
});

test('each scope has a verdict of its own', () => {
  const first = judgeWindows(new Map(), [window('pooled'), window('a', 0, [0.3, 0.4])], RULES);
  assert.deepEqual(
    first.windows.map(({ scope, verdict }) => [scope, verdict?.level]),
    [
      ['pooled', 'trust'],
      ['a', 'do-not-trust'],
    ],
  );
  const next = judgeWindows(first.verdicts, [window('pooled', 1), window('a', 1)], RULES);
  assert.deepEqual(
    next.windows.map(({ scope, verdict }) => [scope, verdict?.level]),
    [
      ['pooled', 'trust'],
      ['a', 'do-not-trust'],
    ],
  );
  assert.equal(first.verdicts.get('a')?.newest?.ordinal, 0, 'nothing is mutated');
});

test('nothing judged is nothing changed', () => {
  const known = new Map();
  assert.equal(judgeWindows(known, [], RULES).verdicts, known);
});

test('state stays bounded: the scope least lately judged goes first, and endless names are not kept', () => {
  const names = Array.from({ length: JUDGED_SCOPES + 1 }, (_, i) => `d${i}`);
  const { verdicts, windows } = judgeWindows(
    new Map(),
    [...names.slice(0, -1), 'd0', names.at(-1) ?? '', 'x'.repeat(201)].map((scope) =>
      window(scope),
    ),
    RULES,
  );
  assert.equal(verdicts.size, JUDGED_SCOPES);
  assert.ok(verdicts.has('d0') && !verdicts.has('d1'));
  assert.ok(windows.every(({ verdict }) => verdict?.level === 'trust'));
});

test('a window of more domains than are remembered does not begin the verdict over all of them anew', () => {
  const names = Array.from({ length: JUDGED_SCOPES }, (_, i) => `d${i}`);
  const cut = (ordinal: number, band: readonly [number, number]) =>
    ['pooled', ...names].map((scope) => window(scope, ordinal, band));
  const first = judgeWindows(new Map(), cut(0, [0.3, 0.4]), RULES);
  assert.equal(first.verdicts.size, JUDGED_SCOPES);
  const [pooled] = judgeWindows(first.verdicts, cut(1, [0, 0.1]), RULES).windows;
  // One window of trust after mistrust: the level waits for a second one.
  assert.deepEqual([pooled?.verdict?.level, pooled?.verdict?.code], ['do-not-trust', 'held']);
});
