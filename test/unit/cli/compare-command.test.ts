import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { runCompare } from '../../../src/cli/compare-command.ts';
import { wholeNumbers } from '../../../src/cli/whole-numbers.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const stream = join(folder, 'stream.jsonl');

describe('secl compare', () => {
  before(async () => {
    await writeFile(stream, '{"id":"a","question":"Why?","accepted":["x"]}\n');
  });

  it('prints one object and writes a page', async (t) => {
    const print = t.mock.method(console, 'log', () => undefined);
    const report = join(folder, 'deep', 'report.html');
    await runCompare(stream, {
      json: true,
      model: 'stand-in',
      strategies: 'verbalized, answerProbability',
      run: join(folder, 'run'),
      report,
    });
    assert.equal(print.mock.callCount(), 1);
    const summary = JSON.parse(String(print.mock.calls[0]?.arguments[0])) as {
      strategies: Record<string, unknown>;
    };
    assert.deepEqual(Object.keys(summary.strategies), ['verbalized', 'answerProbability']);
    assert.match(await readFile(report, 'utf8'), /^<!doctype html>/);
  });

  it('refuses a strategy or an ablation that there is not, before it asks for a model', async () => {
    const options = { json: true, model: 'nosuch' } as const;
    await expectFailure(runCompare(stream, { ...options, strategies: 'nosuch' }), 'USAGE');
    await expectFailure(runCompare(stream, { ...options, ablation: 'nosuch' }), 'USAGE');
  });
});

describe('wholeNumbers', () => {
  it('reads a list, each number once', () => {
    assert.deepEqual(wholeNumbers(0)('1, 2,3'), [1, 2, 3]);
    for (const wrong of ['', '1,', '1,1', '1,x', '-1', '0.5'])
      assert.throws(() => wholeNumbers(0)(wrong), { code: 'commander.invalidArgument' });
  });
});
