import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { writeGateStatistics } from '../../../bench/gate-statistics.ts';
import { makeStream } from '../../../src/app/make-stream.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const domainsOf = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { domain: string }).domain);

describe('writeGateStatistics', () => {
  it('writes each question once, leaves out what other streams ask, and names domains after streams', async () => {
    const folder = temporaryFolder();
    const at = (name: string): string => path.join(folder, name);
    await makeStream({ out: at('few.jsonl'), perDomain: 3, domains: ['calendar'] });
    await makeStream({ out: at('more.jsonl'), perDomain: 5, domains: ['calendar', 'chemistry'] });
    const options = { model: 'stand-in', threads: 1, out: at('out.jsonl'), hiddenOnly: true };

    await writeGateStatistics([at('few.jsonl'), at('few.jsonl')], options);
    assert.deepEqual(await domainsOf(at('out.jsonl')), Array(3).fill('calendar'));

    const both = [at('few.jsonl'), at('more.jsonl')];
    await writeGateStatistics(both, options);
    const all = await domainsOf(at('out.jsonl'));
    await writeGateStatistics(both, { ...options, except: [at('few.jsonl')] });
    const rest = await domainsOf(at('out.jsonl'));
    assert.equal(rest.length, all.length - 3);
    assert.equal(rest.filter((domain) => domain === 'chemistry').length, 5);

    await writeGateStatistics([at('more.jsonl')], { ...options, byStream: true });
    assert.deepEqual(await domainsOf(at('out.jsonl')), Array(10).fill('more'));
  });

  it('takes passes that were kept', async () => {
    const folder = temporaryFolder();
    const at = (name: string): string => path.join(folder, name);
    await makeStream({ out: at('few.jsonl'), perDomain: 3, domains: ['calendar'] });
    const options = { model: 'stand-in', threads: 1, hiddenOnly: false, passes: at('passes') };
    await writeGateStatistics([at('few.jsonl')], { ...options, out: at('first.jsonl') });
    const kept = await readFile(at('passes'), 'utf8');
    assert.equal(kept.trim().split('\n').length, 3);
    await writeGateStatistics([at('few.jsonl')], { ...options, out: at('second.jsonl') });
    assert.equal(
      await readFile(at('second.jsonl'), 'utf8'),
      await readFile(at('first.jsonl'), 'utf8'),
    );
    assert.equal((await readFile(at('passes'), 'utf8')).trim(), kept.trim());
  });
});
