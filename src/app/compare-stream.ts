import { createHash } from 'node:crypto';
import path from 'node:path';
import { cachedLanguageModel } from '../adapters/passes/cached-language-model.ts';
import { openPassFile } from '../adapters/passes/pass-file.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import { SeclError } from '../errors/secl-error.ts';
import {
  STRATEGY_NAMES,
  type CompareRun,
  type CompareSummary,
  type StrategyName,
} from '../report/compare-summary.ts';
import {
  spreadOverRuns,
  summarizeStrategies,
  type StrategyOutcome,
} from '../report/summarize-strategies.ts';
import { summaryDefinition } from '../report/summary-definition.ts';
import { ablationTopologies } from './ablation-topologies.ts';
import { adapterTargets } from './adapter-targets.ts';
import {
  Drained,
  onSameGround,
  outcomesOf,
  paperTopology,
  trainedOutcome,
  type CompareScene,
} from './compare-outcomes.ts';
import { loadStream } from './load-stream.ts';
import { loadTopology } from './load-topology.ts';
import { makeFolder } from './make-folder.ts';
import { openLanguageModel } from './open-language-model.ts';
import { distinctOrders, orderDomains } from './order-domains.ts';
import type { ReplayInput } from './replay-input.ts';
import type { ReplayProgress } from './replay-progress.ts';
import { runsNeeded } from './runs-needed.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** The ablation whose one topology is compared with itself, under other orders. */
const ORDER_ABLATION = 'domain-order';
/** Orders of it where none are asked for. */
const ORDERS_COMPARED = 4;

/** What {@link compareStream} is asked for. */
export interface CompareStreamOptions {
  /** Stream file. */
  readonly stream: string;
  /** Absent: all of them. */
  readonly strategies?: readonly StrategyName[] | undefined;
  /** Name of an ablation: its topologies are compared in the place of strategies, of which none may be named. */
  readonly ablation?: string | undefined;
  /** Name or path; wins over the topology's. */
  readonly model?: string | undefined;
  /** Topology of SECL and of the runs on base weights; absent: the default one. */
  readonly topology?: string | undefined;
  readonly limit?: number | undefined;
  /** Absent: the topology's. The first one draws the sample. */
  readonly seeds?: readonly number[] | undefined;
  /** Orders of the stream's domains, its own the first. @defaultValue 1; 4 in the ablation of orders */
  readonly orders?: number | undefined;
  /** Absent: one under `runs/` that is named after stream, settings and model. */
  readonly folder?: string | undefined;
  /** Wins over `SECL_CACHE_DIR`. */
  readonly cacheFolder?: string | undefined;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  /** Told of each run as it begins. */
  readonly onRun?:
    | ((run: { readonly name: string; readonly at: number; readonly of: number }) => void)
    | undefined;
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** What {@link compareStream} gives. */
export interface CompareStreamResult {
  readonly summary: CompareSummary;
  readonly folder: string;
}

/** The strategies asked for, each once. @throws SeclError `USAGE` for an unknown name. */
export function strategiesNamed(names: readonly string[]): StrategyName[] {
  const known: readonly string[] = STRATEGY_NAMES;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new SeclError('USAGE', `there is no strategy "${unknown}"`, {
      hint: `Name some of ${STRATEGY_NAMES.join(', ')}.`,
    });
  return [...new Set(names)] as StrategyName[];
}

/** As many orders of a stream's domains as are wanted. @throws SeclError `USAGE` where there are not so many. */
function ordersOf(input: ReplayInput, wanted: number): readonly number[] {
  const orders = distinctOrders(input, wanted);
  const { length } = orders;
  if (length < wanted)
    throw new SeclError(
      'USAGE',
      `${input.name} has ${length} order${length === 1 ? '' : 's'} of its domains, not ${wanted}`,
      {
        hint:
          length === 1
            ? 'Take a stream of several domains, or leave --orders out.'
            : `Ask for at most --orders ${length}.`,
      },
    );
  return orders;
}

/**
 * Runs strategies side by side over one stream, every seed under every order of its domains, and measures each by
 * its own confidence. Each run lies in a folder of its own; the passes on base weights, which they share, in a file
 * beside them. The same call again goes on where it stopped.
 *
 * @throws SeclError as `replayStream` does, and `USAGE` for an unknown ablation, one beside strategies, or more orders
 *   than there are.
 */
export async function compareStream(options: CompareStreamOptions): Promise<CompareStreamResult> {
  const { ablation, strategies = STRATEGY_NAMES } = options;
  if (ablation !== undefined && options.strategies !== undefined)
    throw new SeclError('USAGE', 'an ablation compares its own topologies, and no strategies', {
      hint: 'Leave out --strategies or --ablation.',
    });
  const file = await loadTopology(options.topology);
  const variants = ablation === undefined ? null : await ablationTopologies(ablation);
  const seeds = options.seeds ?? [file.seed];
  const named = { ...file, model: { ...file.model, name: options.model ?? file.model.name } };
  const loaded = await loadStream(options.stream, {
    limit: options.limit,
    seed: seeds[0] ?? file.seed,
  });
  const orders = ordersOf(
    loaded,
    options.orders ?? (ablation === ORDER_ABLATION ? ORDERS_COMPARED : 1),
  );
  const trained = variants ?? [named, await paperTopology()];
  const lora = trained.flatMap(adapterTargets);
  const opened = await openLanguageModel(named.model, {
    cacheFolder: options.cacheFolder,
    onProgress: options.onStoreProgress,
    ...{ signal: options.drain, lora },
  });
  const mark = createHash('sha256')
    .update([loaded.hash, opened.description.fingerprint, options.topology ?? ''].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const folder = options.folder ?? path.join('runs', `compare-${loaded.name}-${mark}`);
  let modelMs = 0;
  let model = opened;
  try {
    await makeFolder(folder);
    const passes = await openPassFile(path.join(folder, 'passes'));
    model = cachedLanguageModel(opened, passes, {
      nowMs: () => SYSTEM_CLOCK.monotonicMs(),
      onModelMs: (ms) => {
        modelMs += ms;
      },
    });
    const takeModelMs = (): number => {
      const ms = modelMs;
      modelMs = 0;
      return ms;
    };
    const metrics = {
      bins: file.calibration.bins,
      resamples: file.calibration.bootstrap,
      simulations: file.calibration.simulations,
    };
    const rounds = seeds.flatMap((seed) => orders.map((order) => ({ seed, order })));
    const perRound = variants?.length ?? runsNeeded(strategies, named);
    // Topologies of different ablations share names.
    const own = ablation === undefined ? folder : path.join(folder, `ablation-${ablation}`);
    const runs: CompareRun[] = [];
    let at = 0;
    let complete = true;
    try {
      for (const { seed, order } of rounds) {
        const round = `seed-${seed}-order-${order}`;
        const base = { ...named, seed };
        const scene: CompareScene = {
          base,
          input: orderDomains(loaded, order),
          folder: path.join(own, round),
          model,
          lora,
          takeModelMs,
          keepPasses: () => {
            passes.sync();
          },
          cacheFolder: options.cacheFolder,
          drain: options.drain,
          abort: options.abort,
          onStoreProgress: options.onStoreProgress,
          onProgress: options.onProgress,
          begin: (name) => {
            at += 1;
            options.onRun?.({
              name: rounds.length === 1 ? name : `${name}, ${round}`,
              at,
              of: perRound * rounds.length,
            });
          },
        };
        const outcomes: StrategyOutcome[] = [];
        if (variants === null) outcomes.push(...(await outcomesOf(scene, strategies)));
        else
          for (const variant of variants)
            outcomes.push(await trainedOutcome(scene, variant.name, onSameGround(variant, base)));
        runs.push({ seed, order, strategies: summarizeStrategies(outcomes, { ...metrics, seed }) });
      }
    } catch (error) {
      if (!(error instanceof Drained)) throw error;
      complete = false;
    }
    return {
      folder,
      summary: {
        stream: loaded.name,
        model: opened.description.name,
        ablation: ablation ?? null,
        questions: loaded.items.length,
        complete,
        strategies: runs[0]?.strategies ?? {},
        runs,
        spread: spreadOverRuns(runs),
        definition: summaryDefinition({ ...metrics, seed: seeds[0] ?? file.seed }),
      },
    };
  } finally {
    await model.close();
  }
}
