import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openRecordCodecs } from '../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../src/adapters/memory/memory-broker.ts';
import { loadStream } from '../src/app/load-stream.ts';
import { loadTopology } from '../src/app/load-topology.ts';
import { makeStream } from '../src/app/make-stream.ts';
import { openLanguageModel } from '../src/app/open-language-model.ts';
import { openTelemetryOf } from '../src/app/open-telemetry-of.ts';
import { replay } from '../src/app/replay.ts';
import { SYSTEM_CLOCK } from '../src/app/system-clock.ts';
import { NO_TELEMETRY } from '../src/ports/no-telemetry.ts';
import { pairedInterval } from './paired-interval.ts';
import { profileAreas } from './profile-areas.ts';
import { formatFigure, type Measurement } from './result.ts';

/** How {@link measureTelemetry} goes about it. */
export interface TelemetryOptions {
  /** Catalogue name or GGUF file. */
  readonly model: string;
  readonly cache?: string;
  readonly threads: number;
  readonly seed: number;
  readonly pairs: number;
  /** Replays of either kind in a pair. */
  readonly replays: number;
  /** Questions of each of four domains. */
  readonly perDomain: number;
}

/** Files whose time is telemetry's. */
const TELEMETRY =
  /@opentelemetry|adapters\/telemetry|operators\/(trace-|question-spans|loop-spans|span-attributes|measure-)|app\/(measure-|trace-)/;

/**
 * Processor time of replays with telemetry and without, in turn: traces of every question into a store, metrics for
 * Prometheus. A pair adds up several of each, off, on, on, off and so on, so that a processor that changes its pace in
 * minutes changes it for both. Beside it a profile's share of the main thread, from replays that do not count for the
 * pairs.
 */
export async function measureTelemetry(options: TelemetryOptions): Promise<Measurement> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-telemetry-'));
  const usual = await loadTopology();
  const topology = {
    ...usual,
    model: { ...usual.model, name: options.model, threads: options.threads },
    training: { ...usual.training, mode: 'off' as const },
    telemetry: {
      ...usual.telemetry,
      metrics: { ...usual.telemetry.metrics, exporter: 'prometheus' as const, endpoint: '0' },
    },
  };
  const model = await openLanguageModel(topology.model, { cacheFolder: options.cache });
  try {
    const stream = path.join(folder, 'stream.jsonl');
    await makeStream({ out: stream, perDomain: options.perDomain, seed: options.seed });
    const input = await loadStream(stream, { limit: undefined, seed: options.seed });
    const codecs = openRecordCodecs();
    const never = new AbortController().signal;
    let runs = 0;

    /** Processor seconds of one replay, all threads together, opening and closing of telemetry included. */
    const run = async (on: boolean): Promise<number> => {
      const before = process.cpuUsage();
      const telemetry = on
        ? await openTelemetryOf(topology.telemetry, {
            ...{ runFolder: path.join(folder, String(runs++)), serviceName: 'bench' },
            environment: {},
          })
        : NO_TELEMETRY;
      await replay({
        ...{ input, topology, model, codecs, telemetry },
        broker: createMemoryBroker({ clock: SYSTEM_CLOCK }),
        ...{ clock: SYSTEM_CLOCK, drain: never, abort: never },
      });
      await telemetry.close();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };

    // What is compiled and cached once is not told apart from the first replay: it counts for nobody.
    await run(false);
    await run(true);
    const pairs: [off: number, on: number][] = [];
    for (let i = 0; i < options.pairs; i++) {
      let [off, on] = [0, 0];
      for (let k = 0; k < options.replays; k++) {
        const onFirst = (i + k) % 2 === 1;
        const first = await run(onFirst);
        const second = await run(!onFirst);
        off += onFirst ? second : first;
        on += onFirst ? first : second;
      }
      pairs.push([off, on]);
    }
    const interval = pairedInterval(pairs);
    const profiled = await profile(() => run(true));
    const byProfile =
      profiled.mainThreadSeconds === null
        ? null
        : (profiled.shareOfMainThread * profiled.mainThreadSeconds) / profiled.cpuSeconds;
    const questions = input.items.length;
    const [off, on] = [0, 1].map(
      (side) =>
        pairs.reduce((sum, pair) => sum + pair[side as 0 | 1], 0) /
        (pairs.length * options.replays),
    ) as [number, number];
    return {
      figures: {
        ...{ model: options.model, threads: options.threads, questions, pairs: options.pairs },
        replaysOfEither: options.replays,
        cpuSecondsOff: pairs.map(([seconds]) => seconds),
        cpuSecondsOn: pairs.map(([, seconds]) => seconds),
        relativeDifference: interval,
        profile: { ...profiled, shareOfReplay: byProfile },
      },
      table: [
        ['telemetry', 'CPU s a replay', 'CPU ms a question'],
        ['off', formatFigure(off), formatFigure((off / questions) * 1000)],
        ['on', formatFigure(on), formatFigure((on / questions) * 1000)],
        [
          'difference',
          percent(interval.mean),
          `${percent(interval.low)} to ${percent(interval.high)}`,
        ],
        [
          'by profile',
          byProfile === null ? 'n/a' : percent(byProfile),
          `${percent(profiled.shareOfMainThread)} of the main thread`,
        ],
      ],
    };
  } finally {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)}%`;

/** What a profile says; `null` where the system does not tell threads apart. */
interface Profiled {
  readonly shareOfMainThread: number;
  readonly mainThreadSeconds: number | null;
  readonly cpuSeconds: number;
}

/** Hertz of the times in `/proc`. */
const TICKS = 100;

/** Processor seconds of this process's first thread so far; `null` where `/proc` is not there. */
async function mainThreadSeconds(): Promise<number | null> {
  const file = `/proc/self/task/${process.pid}/stat`;
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  // After the name, which may hold anything, the 12th and 13th: proc(5), utime and stime.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Profiles the main thread meanwhile. A profile samples by the wall clock, so it gives shares; times are the system's. */
async function profile(work: () => Promise<number>): Promise<Profiled> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  const before = await mainThreadSeconds();
  await session.post('Profiler.start');
  const cpuSeconds = await work();
  const { profile: taken } = await session.post('Profiler.stop');
  const after = await mainThreadSeconds();
  session.disconnect();
  const { own = 0, other = 0 } = profileAreas(taken, { own: TELEMETRY });
  return {
    shareOfMainThread: own + other === 0 ? 0 : own / (own + other),
    mainThreadSeconds: before === null || after === null ? null : after - before,
    cpuSeconds,
  };
}
