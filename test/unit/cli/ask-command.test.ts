import assert from 'node:assert/strict';
import { it } from 'node:test';
import { secl } from '../../support/secl-process.ts';

it('secl ask keeps what steers a terminal out of what it prints', () => {
  const { code, out } = secl(
    ...['ask', 'Which colour?', '--answer', 'red\u001b[2J\u202e', '--model', 'stand-in'],
  );
  assert.equal(code, 0);
  assert.ok(out.startsWith('red\ufffd[2J\ufffd\n'), JSON.stringify(out));
  assert.doesNotMatch(out, /[\u001b\u202e]/);
});
