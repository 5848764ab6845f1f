import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { cachedLanguageModel } from '../adapters/passes/cached-language-model.ts';
import { openPassFile } from '../adapters/passes/pass-file.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import type { CalibrationRow } from '../calibration/summarize.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Answer } from '../events/answer.ts';
import type { NamedTargets } from '../graph/lora-sites.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import {
  STRATEGY_NAMES,
  type CompareRun,
  type CompareSummary,
  type StrategyName,
} from '../report/compare-summary.ts';
import {
  spreadOverRuns,
  strategyDefinition,
  summarizeStrategies,
  type StrategyOutcome,
} from '../report/summarize-strategies.ts';
import { scoreValue } from '../secl/score-of.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import type { Topology } from '../topology/topology.ts';
import { adapterTargets } from './adapter-targets.ts';
import { compareRun, type CompareRunResult } from './compare-run.ts';
import { compareSamples } from './compare-samples.ts';
import {
  baseStrategy,
  baseTopology,
  leanTopology,
  type BaseRun,
  type BaseStrategyName,
  type Phase,
} from './compare-strategies.ts';
import { labelAnswers, labelsOf } from './label-answers.ts';
import { loadStream } from './load-stream.ts';
import { loadTopology } from './load-topology.ts';
import { makeFolder } from './make-folder.ts';
import { openLanguageModel } from './open-language-model.ts';
import { orderDomains, sampleDomains } from './order-domains.ts';
import { packageRoot } from './package-root.ts';
import type { ReplayInput } from './replay-input.ts';
import { trainedQuestions } from './replay-outcome.ts';
import type { ReplayProgress } from './replay-progress.ts';
import { runsNeeded } from './runs-needed.ts';
import { supervisedOutcome } from './supervised-outcome.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** Topology of SECL as in the paper. */
const PAPER_TOPOLOGY = 'topologies/secl-paper.yaml';
/** Where the ablations' topologies lie, a folder each. */
const ABLATIONS = 'topologies/ablations';
/** The ablation whose one topology is compared with itself, under other orders. */
const ORDER_ABLATION = 'domain-order';
/** Orders of it where none are asked for. */
const ORDERS_COMPARED = 4;
/** Questions of each domain that are sampled and joined with DINCO. */
const SAMPLED_PER_DOMAIN = 100;

/** What {@link compareStream} is asked for. */
export interface CompareStreamOptions {
  /** Stream file. */
  readonly stream: string;
  /** Absent: all of them. */
  readonly strategies?: readonly StrategyName[] | undefined;
  /** Name of an ablation: its topologies are compared, and `strategies` says nothing. */
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

/** Names of the ablations that there are. */
export async function ablationNames(): Promise<string[]> {
  const entries = await readdir(path.join(packageRoot(), ABLATIONS), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/** The topologies of an ablation, the environment left aside that would make them alike, in the order of their files' names. */
async function ablationTopologies(name: string): Promise<Topology[]> {
  const names = await ablationNames();
  if (!names.includes(name))
    throw new SeclError('USAGE', `there is no ablation "${name}"`, {
      hint: `Name one of ${names.join(', ')}.`,
    });
  const folder = path.join(packageRoot(), ABLATIONS, name);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).toSorted();
  return Promise.all(files.map((file) => loadTopology(path.join(folder, file), {})));
}

/** What is drained ends the comparison here; what was run stays. */
class Drained extends Error {}

interface Scene {
  readonly options: CompareStreamOptions;
  readonly base: Topology;
  readonly input: ReplayInput;
  readonly folder: string;
  readonly model: LanguageModel;
  /** Where adapters of all that is compared act. */
  readonly lora: readonly NamedTargets[];
  readonly takeModelMs: () => number;
  /** Begins a run; counts it. */
  readonly begin: (name: string) => void;
}

/** Runs a topology over the scene's stream, in a folder of its own. */
async function runTopology(
  scene: Scene,
  name: string,
  topology: Topology,
  input: ReplayInput = scene.input,
): Promise<CompareRunResult> {
  const { options } = scene;
  if (options.drain.aborted) throw new Drained();
  scene.begin(name);
  const result = await compareRun({
    input,
    topology,
    model: scene.model,
    lora: scene.lora,
    takeModelMs: scene.takeModelMs,
    folder: path.join(scene.folder, name),
    cacheFolder: options.cacheFolder,
    drain: options.drain,
    abort: options.abort,
    onStoreProgress: options.onStoreProgress,
    onProgress: options.onProgress,
  });
  if (!result.complete) throw new Drained();
  return result;
}

function rowsOf(
  result: CompareRunResult,
  input: ReplayInput,
  confidences: readonly (number | null)[],
): CalibrationRow[] {
  return labelAnswers(result, 0, labelsOf(input), matchFeedback).map(({ domain, correct }, i) => ({
    domain,
    correct,
    confidence: confidences[i] ?? null,
  }));
}

/** Dead letters by code, in order of first appearance. */
function lettersByCode({ deadLetters }: CompareRunResult): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of deadLetters) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function costOf(
  answers: readonly Answer[],
  phases: readonly Phase[],
): StrategyOutcome['forwardTokens'] {
  const sum = (phase: Phase): number =>
    phases.includes(phase)
      ? answers.reduce((total, { forwardTokens }) => total + forwardTokens[phase], 0)
      : 0;
  return {
    answer: sum('answer'),
    confidence: sum('confidence'),
    scoring: sum('scoring'),
    training: 0,
  };
}

/** The part of a run's positions that a strategy needs. */
function shareOf(cost: StrategyOutcome['forwardTokens'], answers: readonly Answer[]): number {
  const all = answers.reduce((total, { forwardTokens }) => total + forwardTokens.total, 0);
  return all === 0 ? 0 : (cost.answer + cost.confidence + cost.scoring) / all;
}

function isScored({ scores }: Answer): boolean {
  return (scoreValue(scores, 'pTrue') ?? scoreValue(scores, 'normalizedPTrue')) !== null;
}

/** What a run that trains came to, by what it published. */
async function trainedOutcome(
  scene: Scene,
  name: string,
  topology: Topology,
): Promise<StrategyOutcome> {
  const result = await runTopology(scene, name, leanTopology(topology));
  const { answers, adapters } = result;
  return {
    name,
    rows: rowsOf(
      result,
      scene.input,
      answers.map(({ published }) => published.value),
    ),
    deadLetters: lettersByCode(result),
    sampled: false,
    forwardTokens: {
      ...costOf(answers, ['answer', 'confidence', 'scoring']),
      training: adapters.reduce((sum, { forwardTokens }) => sum + forwardTokens, 0),
    },
    trainedQuestions: trainedQuestions(result).size,
    scoredAnswers: answers.filter(isScored).length,
    modelMs: result.modelMs,
    trainingMs: result.trainingMs,
  };
}

/** Self-consistency, and DINCO's mean of it with NormPTrue, on a sample of each domain. */
async function sampledOutcomes(scene: Scene): Promise<StrategyOutcome[]> {
  const { base, options } = scene;
  const input = sampleDomains(scene.input, SAMPLED_PER_DOMAIN, base.seed);
  const topology = baseTopology(base, 'sampled');
  const result = await runTopology(scene, 'sampled', topology, input);
  scene.takeModelMs();
  const samples = await compareSamples(
    scene.model,
    input,
    result.answers,
    topology,
    options.drain,
  ).catch((error: unknown) => {
    throw options.drain.aborted ? new Drained() : error;
  });
  const agreements = samples.map(({ value }) => value);
  const extra = samples.reduce((sum, { computed }) => sum + computed, 0);
  const judged = costOf(result.answers, ['answer', 'scoring']);
  const samplingMs = scene.takeModelMs();
  const answering = { ...judged, scoring: 0 };
  const deadLetters = lettersByCode(result);
  const outcome = { deadLetters, sampled: true, trainedQuestions: 0, trainingMs: 0 };
  return [
    {
      ...outcome,
      name: 'selfConsistency',
      rows: rowsOf(result, input, agreements),
      forwardTokens: { ...answering, scoring: extra },
      modelMs: result.modelMs * shareOf(answering, result.answers) + samplingMs,
      scoredAnswers: 0,
    },
    {
      ...outcome,
      name: 'dinco',
      rows: rowsOf(
        result,
        input,
        result.answers.map(({ scores }, i) => {
          const judgedAs = scoreValue(scores, 'normalizedPTrue');
          const agreement = agreements[i] ?? null;
          return judgedAs === null || agreement === null ? null : (judgedAs + agreement) / 2;
        }),
      ),
      forwardTokens: { ...judged, scoring: judged.scoring + extra },
      modelMs: result.modelMs + samplingMs,
      scoredAnswers: result.answers.filter(isScored).length,
    },
  ];
}

/** All strategies over one stream in one order. */
async function outcomesOf(
  scene: Scene,
  strategies: readonly StrategyName[],
): Promise<StrategyOutcome[]> {
  const runs = new Map<BaseRun, CompareRunResult>();
  const outcomes: StrategyOutcome[] = [];
  let sampled: StrategyOutcome[] | undefined;
  const baseOutcome = async (name: BaseStrategyName): Promise<StrategyOutcome> => {
    const { run, phases, confidences } = baseStrategy(name, scene.base);
    const result = runs.get(run) ?? (await runTopology(scene, run, baseTopology(scene.base, run)));
    runs.set(run, result);
    const { answers } = result;
    const forwardTokens = costOf(answers, phases);
    return {
      name,
      rows: rowsOf(result, scene.input, confidences(answers, scene.base)),
      deadLetters: lettersByCode(result),
      sampled: false,
      forwardTokens,
      trainedQuestions: 0,
      scoredAnswers: phases.includes('scoring') ? answers.filter(isScored).length : 0,
      modelMs: result.modelMs * shareOf(forwardTokens, answers),
      trainingMs: 0,
    };
  };
  for (const name of strategies) {
    if (name === 'secl') outcomes.push(await trainedOutcome(scene, name, scene.base));
    else if (name === 'seclPaper') {
      const paper = await paperTopology();
      outcomes.push(await trainedOutcome(scene, name, onSameGround(paper, scene.base)));
    } else if (name === 'temperatureScaled' || name === 'isotonic')
      outcomes.push(supervisedOutcome(name, await baseOutcome('verbalized'), scene.base.seed));
    else if (name === 'dinco' || name === 'selfConsistency') {
      sampled ??= await sampledOutcomes(scene);
      outcomes.push(...sampled.filter((outcome) => outcome.name === name));
    } else outcomes.push(await baseOutcome(name));
  }
  return outcomes;
}

/** The topology of SECL as in the paper, the environment left aside. */
function paperTopology(): Promise<Topology> {
  return loadTopology(path.join(packageRoot(), PAPER_TOPOLOGY), {});
}

/** A topology with what must be the same for all that are compared: model, limits, metrics and seed. */
function onSameGround(topology: Topology, base: Topology): Topology {
  const { model, calibration, seed, limits, answer, batch } = base;
  return { ...topology, model, calibration, seed, limits, answer, batch };
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

/**
 * Runs strategies side by side over one stream, every seed under every order of its domains, and measures each by
 * its own confidence. Each run lies in a folder of its own; the passes on base weights, which they share, in a file
 * beside them. The same call again goes on where it stopped.
 *
 * @throws SeclError as `replayStream` does, and `USAGE` for an unknown ablation.
 */
export async function compareStream(options: CompareStreamOptions): Promise<CompareStreamResult> {
  const { ablation, strategies = STRATEGY_NAMES } = options;
  const orders = options.orders ?? (ablation === ORDER_ABLATION ? ORDERS_COMPARED : 1);
  const file = await loadTopology(options.topology);
  const variants = ablation === undefined ? null : await ablationTopologies(ablation);
  const seeds = options.seeds ?? [file.seed];
  const named = { ...file, model: { ...file.model, name: options.model ?? file.model.name } };
  const loaded = await loadStream(options.stream, {
    limit: options.limit,
    seed: seeds[0] ?? file.seed,
  });
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
    const rounds = seeds.flatMap((seed) =>
      Array.from({ length: orders }, (_, order) => ({ seed, order })),
    );
    const perRound = variants?.length ?? runsNeeded(strategies, named);
    const runs: CompareRun[] = [];
    let at = 0;
    let complete = true;
    try {
      for (const { seed, order } of rounds) {
        const round = `seed-${seed}-order-${order}`;
        const base = { ...named, seed };
        const scene: Scene = {
          options,
          base,
          input: orderDomains(loaded, order),
          folder: path.join(folder, round),
          model,
          lora,
          takeModelMs,
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
        definition: strategyDefinition({ ...metrics, seed: seeds[0] ?? file.seed }),
      },
    };
  } finally {
    await model.close();
  }
}
