import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../src/app/package-root.ts';
import { SeclError } from '../src/errors/secl-error.ts';
import { EngineProcess, measureEngines, type EngineFigures } from './engine-process.ts';
import type { Speeds } from './engine-speed.ts';
import { startOwnEngine, type BuiltModelOptions } from './own-engine.ts';
import { formatFigure, formatMegabytes, type Measurement, type Table } from './result.ts';

/** How {@link measurePeer} goes about it. */
export interface PeerOptions extends BuiltModelOptions {
  readonly threads: number;
  readonly rounds: number;
  readonly seed: number;
}

/** Installs the peer beside this file unless it is there. @throws SeclError `USAGE` if it cannot. */
function installPeer(): string {
  const folder = path.join(packageRoot(), 'bench', 'peer');
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const installed = path.join(folder, 'node_modules', 'node-llama-cpp', 'package.json');
  const isThere =
    existsSync(installed) &&
    (JSON.parse(readFileSync(installed, 'utf8')) as { version: string }).version ===
      dependencies['node-llama-cpp'];
  if (!isThere) {
    console.error(`installing node-llama-cpp into ${path.join('bench', 'peer')} (about 120 MB)`);
    // Its install script would build llama.cpp from sources where no binary fits; the binary is a package.
    const { status, error } = spawnSync(
      'npm',
      ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'],
      { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
    );
    if (status !== 0)
      throw new SeclError('USAGE', 'node-llama-cpp, the peer, could not be installed', {
        hint: `Run \`npm ci --prefix bench/peer --ignore-scripts\` where the npm registry can be reached; every other subcommand works without it.`,
        cause: error,
      });
  }
  return path.join(folder, 'measure.mjs');
}

/** Speeds of both engines by what was measured, and ours over the peer's. */
function rowsOf(ours: EngineFigures, peer: EngineFigures): { table: Table; ratios: Ratio[] } {
  const ratios = ours.speeds.flatMap((speed, i): Ratio[] => {
    const other = peer.speeds[i];
    if (other === undefined) return [];
    const ratio = (what: string, mine: Speeds, theirs: Speeds): Ratio => ({
      what: `${what}, ${speed.workload}`,
      ours: mine.median,
      peer: theirs.median,
      ratio: mine.median / theirs.median,
      ratioOfBest: mine.best / theirs.best,
      ratioPerProcessorSecond: mine.perProcessorSecond / theirs.perProcessorSecond,
    });
    const prefill = ratio('prefill', speed.prefill, other.prefill);
    if (speed.decode === null || other.decode === null) return [prefill];
    return [prefill, ratio('decode', speed.decode, other.decode)];
  });
  const table = [
    ['tokens per second', 'ours', 'peer', 'ratio', 'best', 'per CPU second'],
    ...ratios.map(({ what, ours: mine, peer: theirs, ...by }) => [
      what,
      formatFigure(mine),
      formatFigure(theirs),
      ...[by.ratio, by.ratioOfBest, by.ratioPerProcessorSecond].map((value) => value.toFixed(2)),
    ]),
    [
      'peak memory',
      formatMegabytes(ours.peakResidentBytes),
      formatMegabytes(peer.peakResidentBytes),
      (ours.peakResidentBytes / peer.peakResidentBytes).toFixed(2),
    ],
  ];
  return { table, ratios };
}

interface Ratio {
  readonly what: string;
  /** Tokens per second, median. */
  readonly ours: number;
  readonly peer: number;
  /** Ours over the peer's: above 1, ours is faster. */
  readonly ratio: number;
  readonly ratioOfBest: number;
  readonly ratioPerProcessorSecond: number;
}

/**
 * Measures this project's engine and node-llama-cpp on the same GGUF file, token ids and number of threads,
 * each in a process of its own, turn by turn.
 *
 * @throws SeclError `USAGE` if the peer cannot be installed, `MODEL_FAILED` if an engine fails.
 */
export async function measurePeer(options: PeerOptions): Promise<Measurement> {
  const script = installPeer();
  const { engine, built } = await startOwnEngine(options);
  const peer = await EngineProcess.start(script, {
    gguf: built.ggufPath,
    threads: options.threads,
  });
  const [ours, theirs] = await measureEngines([engine, peer], options, (round) =>
    console.error(`round ${round} of ${options.rounds}`),
  );
  if (ours === undefined || theirs === undefined)
    throw new SeclError('MODEL_FAILED', 'an engine gave no figures');
  const { table, ratios } = rowsOf(ours, theirs);
  const { rounds, seed, threads, precision } = options;
  return {
    figures: {
      settings: { model: built.name, gguf: built.fileSha256, precision, threads, rounds, seed },
      ratios,
      ours,
      peer: theirs,
    },
    table,
  };
}
