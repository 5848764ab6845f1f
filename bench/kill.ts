import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeStream } from '../src/app/make-stream.ts';
import { seededRandom } from '../src/random/seeded-random.ts';
import { killReplays } from '../test/support/kill-replay.ts';

/**
 * Kills real replays with SIGKILL at random moments and compares what they end with to an undisturbed run.
 * `node build/bench/kill.js --help` says how.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m-instruct' },
    cache: { type: 'string' },
    kills: { type: 'string', default: '20' },
    'per-domain': { type: 'string', default: '10' },
    'first-ms': { type: 'string', default: '500' },
    'last-ms': { type: 'string', default: '15000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`node build/bench/kill.js [--model NAME] [--cache FOLDER] [--kills N] [--per-domain N]
  [--first-ms N] [--last-ms N] [--seed N] [--json FILE]

Replays a generated stream, kills it at moments drawn between first and last, starts it again, and
compares the committed answers to those of a run that nobody disturbed. Exit code 1 on any difference.`);
} else {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-kill-'));
  try {
    const stream = path.join(folder, 'stream.jsonl');
    await makeStream({ out: stream, perDomain: Number(values['per-domain']), seed: 1 });
    const result = await killReplays({
      stream,
      model: values.model,
      folder,
      cacheFolder: values.cache,
      kills: Number(values.kills),
      between: [Number(values['first-ms']), Number(values['last-ms'])],
      random: seededRandom(Number(values.seed)),
      onRound: (round) => {
        console.error(round);
      },
    });
    const { cache: _, help: __, json, ...settings } = values;
    const outcome = { settings, ...result, date: new Date().toISOString() };
    console.log(JSON.stringify(outcome, null, 2));
    if (json !== undefined) await writeFile(json, `${JSON.stringify(outcome, null, 2)}\n`);
    if (result.differences.length > 0 || result.kills === 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
