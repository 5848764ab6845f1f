import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openModelFile } from '../src/adapters/trainer/model-file.ts';
import { prepareTrainingFolder } from '../src/adapters/trainer/training-folder.ts';
import { TrainingSessions } from '../src/adapters/trainer/training-sessions.ts';
import { buildModelFromStore } from '../src/app/build-model-from-store.ts';
import { openModelStore } from '../src/app/model-store.ts';
import { packageRoot } from '../src/app/package-root.ts';
import { SeclError } from '../src/errors/secl-error.ts';
import type { OptimizerSettings, TrainingSample } from '../src/events/training-batch.ts';
import { readGguf } from '../src/gguf/read-gguf.ts';
import { describeNetwork } from '../src/model/describe-network.ts';
import { tensorRows } from '../src/model/tensor-rows.ts';
import { seededRandom } from '../src/random/seeded-random.ts';
import { adamStep } from '../src/training/adam.ts';
import { clipGradients } from '../src/training/clip-gradients.ts';
import { initialLora } from '../src/training/initial-lora.ts';
import { lossTarget } from '../src/training/loss-target.ts';
import { freshOptimizerState } from '../src/training/optimizer-state.ts';
import { parametersOf } from '../src/training/train-batch.ts';
import { median } from './engine-speed.ts';
import { formatFigure, formatMegabytes, type Measurement } from './result.ts';

/** How {@link measureTraining} goes about it. */
export interface TrainingSpeedOptions {
  /** Catalogue name or GGUF file. */
  readonly model: string;
  readonly cache?: string;
  readonly threads: number;
  readonly rounds: number;
  readonly seed: number;
  /** Tokens of a sample. */
  readonly tokens: number;
  /** Python with torch, transformers, peft and gguf; absent: no peer. */
  readonly python?: string;
}

const LORA = { rank: 8, alpha: 16, projections: ['q', 'v', 'o'], lastLayers: 8 } as const;
const OPTIMIZER: OptimizerSettings = {
  ...{ name: 'adam', learningRate: 1e-4, beta1: 0.9, beta2: 0.999 },
  ...{ epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
};
const SAMPLES = 8;
const DIGITS = Array.from({ length: 10 }, (_, digit) => 15 + digit);

/** Wall and processor seconds of a step. */
type Seconds = readonly [wall: number, processor: number];

/** Steps of one scope: computing what is frozen too, and with that kept from before. */
interface ScopeSeconds {
  readonly name: string;
  readonly fresh: readonly Seconds[];
  readonly replayed: readonly Seconds[];
}

/** What `bench/peer/train.py` prints. */
interface PeerFigures {
  readonly torch: string;
  readonly results: readonly {
    readonly name: string;
    readonly single: readonly Seconds[];
    readonly batched: readonly Seconds[];
  }[];
  readonly peakResidentBytes: number;
}

/**
 * One training step on 8 samples of random tokens, here and in PyTorch with PEFT: frozen positions, forwards,
 * backwards, clip and Adam. Same file, layers, projections, rank, threads and scope; PyTorch's samples one by one
 * and as one batch without padding, its best case.
 */
export async function measureTraining(options: TrainingSpeedOptions): Promise<Measurement> {
  const store = openModelStore({ cacheFolder: options.cache });
  const { ggufPath: file } = await buildModelFromStore(store, options.model);
  const random = seededRandom(options.seed);
  const prompts = Array.from({ length: SAMPLES }, () =>
    Array.from({ length: options.tokens }, () => random.integer(20_000)),
  );
  const runs = [
    { name: 'position', prompts, adaptFrom: options.tokens - 1 },
    { name: 'conversation', prompts, adaptFrom: 0 },
  ];
  const ours = await measureOurs(options, file, runs);
  const oursPeak = process.resourceUsage().maxRSS * 1024;
  const plan = {
    ...{ file, threads: options.threads, seed: options.seed, rounds: options.rounds },
    ...{ ...LORA, digits: DIGITS, runs },
  };
  const peer = options.python === undefined ? undefined : runPeer(options.python, plan);
  const wall = (seconds: readonly Seconds[] | undefined): number =>
    median((seconds ?? []).map(([value]) => value));
  const rows = ours.map((scope) => {
    const theirs = peer?.results.find(({ name }) => name === scope.name);
    const [fresh, replayed] = [wall(scope.fresh), wall(scope.replayed)];
    const [single, batched] = [wall(theirs?.single), wall(theirs?.batched)];
    const ratio = Math.min(single, batched) / fresh;
    return { scope: scope.name, fresh, replayed, single, batched, ratio };
  });
  return {
    figures: {
      samples: SAMPLES,
      tokens: options.tokens,
      threads: options.threads,
      lora: LORA,
      seconds: rows,
      rounds: { ours, peer: peer?.results },
      torch: peer?.torch,
      peakResidentBytes: { ours: oursPeak, peer: peer?.peakResidentBytes },
    },
    table: [
      ['seconds a step', 'ours', 'ours, replayed', 'PyTorch', 'PyTorch, batched', 'PyTorch / ours'],
      ...rows.map((row) => [
        row.scope,
        ...[row.fresh, row.replayed, row.single, row.batched, row.ratio].map(formatFigure),
      ]),
      [
        'peak memory',
        formatMegabytes(oursPeak),
        '',
        peer === undefined ? 'n/a' : formatMegabytes(peer.peakResidentBytes),
        '',
        '',
      ],
    ],
  };
}

async function measureOurs(
  options: TrainingSpeedOptions,
  path_: string,
  runs: readonly {
    readonly name: string;
    readonly prompts: readonly number[][];
    readonly adaptFrom: number;
  }[],
): Promise<ScopeSeconds[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-bench-'));
  const file = openModelFile(path_);
  try {
    const header = readGguf(file);
    const network = describeNetwork(header);
    const read = tensorRows(header, file);
    const targets = { lastLayers: LORA.lastLayers, projections: [...LORA.projections] };
    const paths = await prepareTrainingFolder(folder, 'bench', network, targets, read);
    const results: ScopeSeconds[] = [];
    for (const { name, prompts, adaptFrom } of runs) {
      const fresh: Seconds[] = [];
      const replayed: Seconds[] = [];
      for (let round = 0; round <= options.rounds; round += 1) {
        const sessions = await TrainingSessions.open({
          ...{ paths, network, targets, read },
          ...{ threads: options.threads, frozenBytes: 1e9 },
        });
        const sites = initialLora(sessions.sites, LORA.rank, options.seed);
        const samples = prompts.map((tokenIds, index): TrainingSample => ({
          ...{ questionId: String(index), tokenIds, adaptFrom },
          ...{ target: 0.95, confidence: 0.5, role: 'new' },
        }));
        const step = async (): Promise<Seconds> => {
          const [started, before] = [performance.now(), process.cpuUsage()];
          await trainStep(sessions, sites, samples);
          const { user, system } = process.cpuUsage(before);
          return [(performance.now() - started) / 1000, (user + system) / 1e6];
        };
        // Pages of the weights are read from disk by whoever comes first.
        const first = samples[0] as TrainingSample;
        await trainStep(sessions, sites, [{ ...first, tokenIds: first.tokenIds.toReversed() }]);
        const times = [await step(), await step()] as const;
        if (round > 0) {
          fresh.push(times[0]);
          replayed.push(times[1]);
        }
        await sessions.close();
      }
      results.push({ name, fresh, replayed });
    }
    return results;
  } finally {
    file.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function trainStep(
  sessions: TrainingSessions,
  sites: ReturnType<typeof initialLora>,
  samples: readonly TrainingSample[],
): Promise<void> {
  const pass = sessions.pass(DIGITS, () => Promise.resolve());
  const lora = { rank: LORA.rank, scaling: LORA.alpha / LORA.rank, sites };
  const parameters = parametersOf(sites);
  const sums = parameters.map(({ length }) => new Float64Array(length));
  for (const sample of samples) {
    const loss = lossTarget('target-bin', sample, 1);
    const { gradients } = await pass.differentiate(sample, lora, loss);
    gradients.forEach((gradient, parameter) => {
      const sum = sums[parameter] as Float64Array;
      gradient.forEach((value, i) => (sum[i] = (sum[i] as number) + value / samples.length));
    });
  }
  clipGradients(sums, OPTIMIZER.clipNorm);
  adamStep(parameters, sums, freshOptimizerState(parameters), OPTIMIZER);
}

function runPeer(python: string, plan: unknown): PeerFigures {
  const script = path.join(packageRoot(), 'bench', 'peer', 'train.py');
  const { status, stdout, error } = spawnSync(python, [script], {
    input: JSON.stringify(plan),
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) {
    throw new SeclError('USAGE', 'The peer did not train', {
      hint: 'Name a Python with torch, transformers, peft and gguf by --python, or leave it out.',
      cause: error,
    });
  }
  return JSON.parse(stdout) as PeerFigures;
}
