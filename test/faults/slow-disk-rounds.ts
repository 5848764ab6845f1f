import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/app/package-root.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';
import { killReplays, type KillResult } from '../support/kill-replay.ts';

const QUESTIONS = 400;

/** Replays on an embedded log whose disk is slow, each killed at a random moment. A kill is a round. */
export async function runSlowDisk(
  parent: string,
  kills: number,
  seed: number,
): Promise<KillResult> {
  const folder = await mkdtemp(join(parent, 'slow-disk-'));
  const stream = join(folder, 'stream.jsonl');
  const lines = Array.from({ length: QUESTIONS }, (_, i) =>
    JSON.stringify({
      id: `q${i}`,
      domain: i < QUESTIONS / 2 ? 'first' : 'second',
      question: `Which of the ${i} is it?`,
      style: 'short',
      accepted: ['blue'],
    }),
  );
  await writeFile(stream, `${lines.join('\n')}\n`);
  const preload = join(packageRoot(), 'build', 'test', 'support', 'slow-disk.js');
  return killReplays({
    stream,
    model: 'stand-in',
    folder,
    kills,
    between: [300, 6000],
    random: seededRandom(seed),
    preload: pathToFileURL(preload).href,
    onRound: (round) => {
      console.log(`ok   slow-disk embedded, ${round}`);
    },
  });
}
