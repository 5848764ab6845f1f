import path from 'node:path';
import { precondition } from '../errors/secl-error.ts';
import type { Answer } from '../events/answer.ts';
import type { StrategyName } from '../report/compare-summary.ts';
import type { OutcomeRow, StrategyOutcome } from '../report/summarize-strategies.ts';
import { scoreValue } from '../secl/score-of.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import type { Topology } from '../topology/topology.ts';
import { compareRun, type CompareRunOptions, type CompareRunResult } from './compare-run.ts';
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
import { loadTopology } from './load-topology.ts';
import { sampleDomains } from './order-domains.ts';
import { packageRoot } from './package-root.ts';
import type { ReplayInput } from './replay-input.ts';
import { trainedQuestions } from './replay-outcome.ts';
import { supervisedOutcome } from './supervised-outcome.ts';

/** Topology of SECL as in the paper. */
const PAPER_TOPOLOGY = 'topologies/secl-paper.yaml';
/** Questions of each domain that are sampled and joined with DINCO. */
const SAMPLED_PER_DOMAIN = 100;

/** A comparison was drained: it ends here, and what was run stays. */
export class Drained extends Error {}

/** One stream in one order under one seed, and what its runs share; `folder` holds them all. */
export interface CompareScene extends Omit<CompareRunOptions, 'topology'> {
  /** Topology of SECL and of the runs on base weights. */
  readonly base: Topology;
  /** Begins a run; counts it. */
  readonly begin: (name: string) => void;
}

/** Runs a topology over the scene's stream, in a folder of its own. */
async function runTopology(
  { base: _, begin, ...shared }: CompareScene,
  name: string,
  topology: Topology,
  input: ReplayInput = shared.input,
): Promise<CompareRunResult> {
  if (shared.drain.aborted) throw new Drained();
  begin(name);
  const folder = path.join(shared.folder, name);
  const result = await compareRun({ ...shared, input, topology, folder });
  if (!result.complete) throw new Drained();
  return result;
}

/**
 * Rows of a run's answers.
 *
 * @param input - What was run: the scene's stream, or some of its records.
 */
function rowsOf(
  scene: Pick<CompareScene, 'input'>,
  result: CompareRunResult,
  input: ReplayInput,
  confidences: readonly (number | null)[],
): OutcomeRow[] {
  const places = new Map(scene.input.items.map((item, place) => [item, place]));
  return labelAnswers(result, 0, labelsOf(input), matchFeedback).map(
    ({ index, domain, correct }, i) => {
      const item = input.items[index];
      const position = item && places.get(item);
      precondition(position !== undefined, `no record of the stream is at position ${index}`);
      return { position, domain, correct, confidence: confidences[i] ?? null };
    },
  );
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

/**
 * What a run that trains came to, by what it published.
 *
 * @throws Drained if the scene was drained; SeclError as `compareRun`.
 */
export async function trainedOutcome(
  scene: CompareScene,
  name: string,
  topology: Topology,
): Promise<StrategyOutcome> {
  const result = await runTopology(scene, name, leanTopology(topology));
  const { answers, adapters } = result;
  return {
    name,
    rows: rowsOf(
      scene,
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
async function sampledOutcomes(scene: CompareScene): Promise<StrategyOutcome[]> {
  const { base, drain } = scene;
  const input = sampleDomains(scene.input, SAMPLED_PER_DOMAIN, base.seed);
  const topology = baseTopology(base, 'sampled');
  const result = await runTopology(scene, 'sampled', topology, input);
  const { keepPasses, takeModelMs, onProgress } = scene;
  scene.begin('samples');
  const sampled = await compareSamples(scene.model, input, result.answers, topology, {
    signal: drain,
    keepPasses,
    takeModelMs,
    onProgress,
  }).catch((error: unknown) => {
    throw drain.aborted ? new Drained() : error;
  });
  const agreements = sampled.agreements.map(({ value }) => value);
  const agreeing = rowsOf(scene, result, input, agreements);
  const extra = sampled.agreements.reduce((sum, { computed }) => sum + computed, 0);
  const judged = costOf(result.answers, ['answer', 'scoring']);
  const answering = { ...judged, scoring: 0 };
  const deadLetters = lettersByCode(result);
  const outcome = { deadLetters, sampled: true, trainedQuestions: 0, trainingMs: 0 };
  return [
    {
      ...outcome,
      name: 'selfConsistency',
      rows: agreeing,
      forwardTokens: { ...answering, scoring: extra },
      modelMs: result.modelMs * shareOf(answering, result.answers) + sampled.modelMs,
      scoredAnswers: 0,
    },
    {
      ...outcome,
      name: 'dinco',
      rows: agreeing.map((row, i) => {
        const judgedAs = scoreValue(result.answers[i]?.scores ?? [], 'normalizedPTrue');
        const { confidence } = row;
        const both = judgedAs !== null && confidence !== null;
        return { ...row, confidence: both ? (judgedAs + confidence) / 2 : null };
      }),
      forwardTokens: { ...judged, scoring: judged.scoring + extra },
      modelMs: result.modelMs + sampled.modelMs,
      scoredAnswers: result.answers.filter(isScored).length,
    },
  ];
}

/**
 * What strategies came to over a scene's stream, in their order; runs that several are read off are run once.
 *
 * @throws Drained if the scene was drained; SeclError as `compareRun`.
 */
export async function outcomesOf(
  scene: CompareScene,
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
      rows: rowsOf(scene, result, scene.input, confidences(answers, scene.base)),
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
export function paperTopology(): Promise<Topology> {
  return loadTopology(path.join(packageRoot(), PAPER_TOPOLOGY), {});
}

/** A topology with what must be the same for all that are compared: model, limits, batches, metrics and seed. */
export function onSameGround(topology: Topology, base: Topology): Topology {
  const { model, calibration, seed, limits, answer, batch } = base;
  return { ...topology, model, calibration, seed, limits, answer, batch };
}
