import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { writeGateQuestions } from '../../../bench/gate-questions.ts';
import { loadStream } from '../../../src/app/load-stream.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('writeGateQuestions', () => {
  it('writes as many different questions of each family as asked for, the same for a seed', async () => {
    const folder = temporaryFolder();
    const [first, again, other] = ['first', 'again', 'other'].map((name) =>
      path.join(folder, `${name}.jsonl`),
    ) as [string, string, string];
    for (const [out, seed] of [
      [first, 1],
      [again, 1],
      [other, 2],
    ] as const)
      await writeGateQuestions({ out, perFamily: 300, seed });
    const text = await readFile(first, 'utf8');
    assert.equal(await readFile(again, 'utf8'), text);
    assert.notEqual(await readFile(other, 'utf8'), text);
    const { items } = await loadStream(first, { seed: 0 });
    const questions = items.map((item) => {
      assert.ok('question' in item);
      const { id, domain, text, choices } = item.question;
      return { id, domain, key: JSON.stringify([domain, text, choices]) };
    });
    assert.equal(new Set(questions.map(({ key }) => key)).size, 1800);
    assert.equal(new Set(questions.map(({ id }) => id)).size, 1800);
    const counts = new Map<string | null, number>();
    for (const { domain } of questions) counts.set(domain, (counts.get(domain) ?? 0) + 1);
    assert.deepEqual([...counts.values()], Array(6).fill(300));
  });

  it('refuses more questions than every family has', async () => {
    await assert.rejects(writeGateQuestions({ out: 'unused.jsonl', perFamily: 301, seed: 1 }), {
      code: 'PRECONDITION',
    });
  });
});
