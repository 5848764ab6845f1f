import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { loadTopology } from '../src/app/load-topology.ts';
import { makeStream } from '../src/app/make-stream.ts';
import { replayStream } from '../src/app/replay-stream.ts';
import { createProgressView } from '../src/cli/progress.ts';
import { measureEngines } from './engine-process.ts';
import { startOwnEngine, type BuiltModelOptions } from './own-engine.ts';
import { formatFigure, formatMegabytes, type Measurement, type Table } from './result.ts';

/** How {@link measureSpeed} goes about it. */
export interface SpeedOptions extends BuiltModelOptions {
  readonly threads: number;
  readonly rounds: number;
  /** Questions of each of the four domains in the replay. */
  readonly perDomain: number;
  readonly seed: number;
}

/** What a replay of generated questions took. */
interface ReplayFigures {
  readonly questions: number;
  readonly questionsPerSecond: number;
  /** From the call to its end: opening of the model and summing up included. */
  readonly wholeSeconds: number;
  readonly processorSecondsPerQuestion: number;
  readonly forwardTokens: unknown;
  readonly peakResidentBytes: number;
  /** How late timers were on the main thread, in milliseconds. */
  readonly eventLoopLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Replays a slice of the generated stream through the default topology, in a folder that goes away. */
async function measureReplay(options: SpeedOptions): Promise<ReplayFigures> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-bench-'));
  const view = createProgressView({ stream: process.stderr });
  try {
    const stream = path.join(folder, 'stream.jsonl');
    await makeStream({ out: stream, perDomain: options.perDomain, seed: options.seed });
    // The default topology but for its precision, which no option of a replay overrides.
    const topology = path.join(folder, 'topology.yaml');
    const { name } = await loadTopology();
    await writeFile(
      topology,
      `version: 1\nname: ${name}\nmodel: { precision: ${options.precision}, threads: ${options.threads} }\n`,
    );
    // Waits are sampled every 10 ms; what comes on top of that is lag.
    const resolution = 10;
    const lag = monitorEventLoopDelay({ resolution });
    const never = new AbortController().signal;
    let questionsPerSecond = Number.NaN;
    const start = performance.now();
    const before = process.cpuUsage();
    lag.enable();
    const { report } = await replayStream({
      stream,
      model: options.model,
      topology,
      runFolder: path.join(folder, 'run'),
      cacheFolder: options.cache,
      drain: never,
      abort: never,
      onStoreProgress: view.update,
      onProgress: (progress) => {
        questionsPerSecond = progress.questionsPerSecond ?? Number.NaN;
        console.error(`${progress.done} of ${progress.total} questions`);
      },
    });
    lag.disable();
    const { user, system } = process.cpuUsage(before);
    const over = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
    return {
      questions: report.summary.questions,
      questionsPerSecond,
      wholeSeconds: (performance.now() - start) / 1000,
      processorSecondsPerQuestion: (user + system) / 1e6 / report.summary.questions,
      forwardTokens: report.summary.forwardTokens,
      peakResidentBytes: process.resourceUsage().maxRSS * 1024,
      eventLoopLagMs: {
        p50: over(lag.percentile(50)),
        p99: over(lag.percentile(99)),
        max: over(lag.max),
      },
    };
  } finally {
    view.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Measures one model: the engine alone in a process of its own, then a real replay.
 *
 * @throws SeclError of the model store, `MODEL_FAILED` if the engine fails.
 */
export async function measureSpeed(options: SpeedOptions): Promise<Measurement> {
  const { engine, built } = await startOwnEngine(options);
  const [alone] = await measureEngines([engine], options, (round) =>
    console.error(`round ${round} of ${options.rounds}`),
  );
  const replay = await measureReplay(options);
  const speeds = (alone?.speeds ?? []).flatMap(({ workload, prefill, decode }) => [
    { what: `prefill, ${workload}`, ...prefill },
    ...(decode === null ? [] : [{ what: `decode, ${workload}`, ...decode }]),
  ]);
  const table: Table = [
    ['tokens per second', 'median', 'best', 'per CPU second'],
    ...speeds.map((speed) => [
      speed.what,
      formatFigure(speed.median),
      formatFigure(speed.best),
      formatFigure(speed.perProcessorSecond),
    ]),
    ['engine, peak memory', formatMegabytes(alone?.peakResidentBytes ?? Number.NaN)],
    ['replay, questions per second', formatFigure(replay.questionsPerSecond)],
    ['replay, CPU seconds per question', formatFigure(replay.processorSecondsPerQuestion)],
    ['replay, peak memory', formatMegabytes(replay.peakResidentBytes)],
    [
      'replay, event loop lag p50/p99/max',
      `${Object.values(replay.eventLoopLagMs).map(formatFigure).join('/')} ms`,
    ],
  ];
  const { precision, threads, rounds, perDomain, seed } = options;
  return {
    figures: {
      settings: { model: built.name, precision, threads, rounds, perDomain, seed },
      replay,
      engine: alone,
    },
    table,
  };
}
