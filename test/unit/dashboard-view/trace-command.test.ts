import assert from 'node:assert/strict';
import { test } from 'node:test';
import { traceCommand } from '../../../src/dashboard-view/trace-command.ts';

test('a plain id makes a command', () => {
  assert.equal(traceCommand('geo-17.a/b:c@d_e'), 'secl trace geo-17.a/b:c@d_e');
});

test('an id that a shell would read makes none', () => {
  for (const id of [
    '',
    '-rf',
    '$(reboot)',
    'a;b',
    "a'b",
    'a b',
    'a\nb',
    '`x`',
    'a|b',
    'é',
    'x'.repeat(129),
  ])
    assert.equal(traceCommand(id), null, id);
});
