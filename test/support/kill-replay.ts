import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../src/adapters/embedded-log/open-embedded-log.ts';
import { packageRoot } from '../../src/app/package-root.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { Answer } from '../../src/events/answer.ts';
import type { Codec } from '../../src/ports/record-codec.ts';
import type { SeededRandom } from '../../src/random/seeded-random.ts';

/** How a replay is run, and killed. */
export interface KillOptions {
  readonly stream: string;
  readonly model: string;
  /** Where the runs' folders go. */
  readonly folder: string;
  readonly cacheFolder?: string | undefined;
  /** Kills wanted; a replay that ends before its turn to die does not count, and a new one is begun. */
  readonly kills: number;
  /** A replay is killed at a moment drawn uniformly between these, in milliseconds after its start. */
  readonly between: readonly [number, number];
  readonly random: SeededRandom;
  readonly onRound?: (round: string) => void;
  /** Module that the replays which are killed load first. */
  readonly preload?: string;
}

/** What came of it. */
export interface KillResult {
  /** Replays killed while they ran. */
  readonly kills: number;
  /** Runs brought to their end after being killed at least once. */
  readonly runs: number;
  /** Adapters that the undisturbed run decided about. */
  readonly decisions: number;
  /** Differences to the undisturbed run; empty when all is well. */
  readonly differences: readonly string[];
}

/** Fields that may differ between two runs of the same stream. */
function lasting({ answeredAtMs: _, durationMs: __, sourceOffset: ___, ...rest }: Answer): string {
  return JSON.stringify(rest);
}

/** What a run left behind. */
interface Leavings {
  readonly answers: readonly Answer[];
  /** The loop's records, without what two runs may differ in. */
  readonly adapters: readonly string[];
  readonly decisions: readonly string[];
}

/** All that is committed of a run, through a log opened anew. */
async function leavingsOf(runFolder: string): Promise<Leavings> {
  const broker = await openEmbeddedLog({
    folder: path.join(runFolder, 'log'),
    clock: SYSTEM_CLOCK,
  });
  try {
    const codecs = openRecordCodecs();
    const read = async <T>(topic: string, codec: Codec<T>): Promise<T[]> => {
      const values: T[] = [];
      for await (const record of broker.read(topic, 0, 0n)) {
        const decoded = codec.decode(record.value ?? new Uint8Array());
        if (!decoded.ok) throw new Error(`a record of ${topic} cannot be read: ${decoded.reason}`);
        values.push(decoded.value);
      }
      return values;
    };
    return {
      answers: await read('qa.answers', codecs.answer),
      // Weights are told by their hash.
      adapters: (await read('qa.adapters', codecs.adapter)).map(
        ({ durationMs: _, weights: __, ...rest }) => JSON.stringify(rest),
      ),
      decisions: (await read('qa.adapter-decisions', codecs.adapterDecision)).map(
        ({ decidedAtMs: _, ...rest }) => JSON.stringify(rest),
      ),
    };
  } finally {
    await broker.close();
  }
}

/** Runs the command line's replay; resolves with its exit code, or `null` if it was killed. */
async function replayOnce(
  options: KillOptions,
  runFolder: string,
  killAfterMs: number | null,
): Promise<number | null> {
  const main = path.join(packageRoot(), 'build', 'src', 'cli', 'main.js');
  const cache = options.cacheFolder === undefined ? [] : ['--cache', options.cacheFolder];
  const child = spawn(
    process.execPath,
    [
      ...(options.preload === undefined ? [] : ['--import', options.preload]),
      main,
      'replay',
      options.stream,
      '--model',
      options.model,
      '--run',
      runFolder,
      '--json',
      ...cache,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      resolve(code);
    });
  });
  if (killAfterMs !== null) {
    const timer = new AbortController();
    void wait(killAfterMs, undefined, { signal: timer.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    void ended.then(() => {
      timer.abort();
    });
  }
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(`the replay ended with ${code}: ${complaint}`);
  return code;
}

/** Kills replays with SIGKILL at random moments, starts them again, and compares what they end with. */
export async function killReplays(options: KillOptions): Promise<KillResult> {
  const undisturbed = path.join(options.folder, 'undisturbed');
  const { preload: _, ...usual } = options;
  await replayOnce(usual, undisturbed, null);
  const whole = await leavingsOf(undisturbed);
  const expected = whole.answers.map(lasting);
  const differences: string[] = [];
  let kills = 0;
  let runs = 0;
  for (let attempt = 0; kills < options.kills && attempt < 10 * options.kills; attempt++) {
    const runFolder = path.join(options.folder, `run-${attempt}`);
    let killed = 0;
    for (;;) {
      const [from, to] = options.between;
      const more = kills < options.kills;
      const moment = more ? from + options.random.next() * (to - from) : null;
      if ((await replayOnce(options, runFolder, moment)) !== null) break;
      kills += 1;
      killed += 1;
      options.onRound?.(`kill ${kills} after ${moment?.toFixed(0) ?? ''} ms`);
    }
    if (killed === 0) continue;
    runs += 1;
    const { answers, adapters, decisions } = await leavingsOf(runFolder);
    const ids = answers.map((answer) => answer.questionId);
    const repeated = ids.length - new Set(ids).size;
    if (repeated > 0) differences.push(`run ${attempt}: ${repeated} answers too many`);
    if (answers.length !== expected.length)
      differences.push(`run ${attempt}: ${answers.length} answers, not ${expected.length}`);
    answers.map(lasting).forEach((answer, i) => {
      if (answer !== expected[i]) differences.push(`run ${attempt}: answer ${i} differs`);
    });
    if (adapters.join('\n') !== whole.adapters.join('\n'))
      differences.push(`run ${attempt}: the adapters differ`);
    if (decisions.join('\n') !== whole.decisions.join('\n'))
      differences.push(`run ${attempt}: the decisions differ`);
  }
  return { kills, runs, decisions: whole.decisions.length, differences };
}
