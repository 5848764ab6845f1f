import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openPassFile, passKey } from '../../../../src/adapters/passes/pass-file.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();

describe('openPassFile', () => {
  it('gives back what was put, in the same file and in one opened later', async () => {
    const file = join(folder, 'a', 'b', 'passes');
    const first = await openPassFile(file);
    first.put('key', '{"a":"b\\tc"}');
    assert.equal(first.get('key'), '{"a":"b\\tc"}');
    first.sync();
    first.close();
    const second = await openPassFile(file);
    assert.equal(second.get('key'), '{"a":"b\\tc"}');
    assert.equal(second.get('other'), undefined);
    second.close();
  });

  it('gives up what was not made durable', async () => {
    const name = join(folder, 'given-up');
    const first = await openPassFile(name);
    first.put('kept', '{}');
    first.sync();
    first.put('lost', '{}');
    assert.equal(first.get('lost'), '{}');
    first.close();
    const second = await openPassFile(name);
    assert.equal(second.get('kept'), '{}');
    assert.equal(second.get('lost'), undefined);
    second.close();
  });

  it('leaves out a line torn at any place, and goes on after it', async () => {
    const whole = join(folder, 'whole');
    const file = await openPassFile(whole);
    file.put('first', '{"a":1}');
    file.put('torn', '{"a":{"b":1},"c":2}');
    file.sync();
    file.close();
    const bytes = await readFile(whole, 'utf8');
    const start = bytes.indexOf('torn');
    // The line without its break is whole: the break says nothing.
    for (let end = start; end < bytes.length - 1; end++) {
      const name = join(folder, `torn-${end}`);
      await writeFile(name, bytes.slice(0, end));
      const open = await openPassFile(name);
      assert.equal(open.get('first'), '{"a":1}');
      assert.equal(open.get('torn'), undefined, JSON.stringify(bytes.slice(start, end)));
      open.put('next', '{}');
      open.sync();
      open.close();
      const again = await openPassFile(name);
      assert.equal(again.get('next'), '{}');
      again.close();
    }
  });

  it('skips lines that are no results', async () => {
    const name = join(folder, 'odd');
    await appendFile(name, '\n\t\t\nno tab\n');
    const open = await openPassFile(name);
    assert.equal(open.get(''), undefined);
    open.close();
  });

  it('refuses a file that cannot be', async () => {
    await writeFile(join(folder, 'file'), '');
    await expectFailure(openPassFile(join(folder, 'file', 'passes')), 'FILE_UNREADABLE');
  });
});

describe('passKey', () => {
  it('tells values apart', () => {
    assert.notEqual(passKey(['next', [1, 2]]), passKey(['next', [12]]));
    assert.equal(passKey({ a: 1 }), passKey({ a: 1 }));
  });
});
