import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../src/random/seeded-random.ts';
import { killReplays } from '../support/kill-replay.ts';

test('replays killed at 20 random moments end as if nothing had happened', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-kill-'));
  try {
    const stream = path.join(folder, 'stream.jsonl');
    const lines = Array.from({ length: 1200 }, (_, i) =>
      JSON.stringify({
        id: `q${i}`,
        domain: i < 600 ? 'first' : 'second',
        question: `Which of the ${i} is it?`,
        style: 'short',
        accepted: ['blue'],
      }),
    );
    await writeFile(stream, `${lines.join('\n')}\n`);
    const result = await killReplays({
      stream,
      model: 'stand-in',
      folder,
      kills: 20,
      // From before the log is opened to after many commits: a start takes about 400 ms.
      between: [150, 1800],
      random: seededRandom(20_260_611),
    });
    assert.deepEqual(result.differences, []);
    assert.equal(result.kills, 20);
    assert.ok(result.runs >= 1);
    // The loop was at work: the gate opened bursts, and adapters came of them.
    assert.ok(result.decisions >= 3, `${result.decisions} decisions`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
