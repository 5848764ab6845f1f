import type { Answer } from '../events/answer.ts';
import type { StrategyName } from '../report/compare-summary.ts';
import { scoreValue } from '../secl/score-of.ts';
import { trainingTarget } from '../secl/training-target.ts';
import { EMPTY_PROBE, observeTruth } from '../secl/truth-probe.ts';
import type { Topology } from '../topology/topology.ts';

/** Runs that strategies are read off. Those that ask base weights alone are small changes to one topology. */
export type BaseRun = 'verbalized' | 'evidence' | 'pTrue' | 'normalizedPTrue' | 'sampled';

/** Phases of a run's cost. */
export type Phase = 'answer' | 'confidence' | 'scoring';

/** How a strategy that asks base weights alone is read off a run. Labels are not in its reach. */
export interface BaseStrategy {
  readonly run: BaseRun;
  /** Phases of the run that the strategy needs: the others' cost is not its own. */
  readonly phases: readonly Phase[];
  /** The confidences of the run's answers, in their order; `null`: missing. */
  readonly confidences: (answers: readonly Answer[], topology: Topology) => (number | null)[];
}

type Score = Answer['scores'][number]['name'];

function read(name: Score): (answers: readonly Pick<Answer, 'scores'>[]) => (number | null)[] {
  return (answers) => answers.map(({ scores }) => scoreValue(scores, name));
}

/**
 * The target that SECL trains towards, of every answer. P(True) is probed over all answers so far, where SECL
 * probes it burst by burst.
 */
function combined(answers: readonly Answer[], { training }: Topology): (number | null)[] {
  let probe = EMPTY_PROBE;
  return answers.map((answer) => {
    probe = observeTruth(probe, scoreValue(answer.scores, 'pTrue'), answer.distractors);
    return trainingTarget(answer, training.target, probe);
  });
}

/** Strategies that are read off runs on base weights without labels and without samples. */
export const BASE_STRATEGIES = {
  verbalized: {
    run: 'verbalized',
    phases: ['answer', 'confidence'],
    confidences: read('verbalized'),
  },
  verbalizedWithEvidence: {
    run: 'evidence',
    phases: ['answer', 'confidence'],
    confidences: read('verbalizedWithEvidence'),
  },
  answerProbability: {
    run: 'verbalized',
    phases: ['answer'],
    confidences: read('answerProbability'),
  },
  tokenCertainty: { run: 'verbalized', phases: ['answer'], confidences: read('tokenCertainty') },
  pTrue: { run: 'pTrue', phases: ['answer', 'scoring'], confidences: read('pTrue') },
  normalizedPTrue: {
    run: 'normalizedPTrue',
    phases: ['answer', 'scoring'],
    confidences: read('normalizedPTrue'),
  },
  combined: { run: 'normalizedPTrue', phases: ['answer', 'scoring'], confidences: combined },
} as const satisfies Partial<Record<StrategyName, BaseStrategy>>;

/** A strategy that {@link BASE_STRATEGIES} names. */
export type BaseStrategyName = keyof typeof BASE_STRATEGIES;

/** Whether a topology's target needs P(True) or NormPTrue. */
function isJudged({ training }: Topology): boolean {
  return training.target.signals.some((name) => name === 'pTrue' || name === 'normalizedPTrue');
}

/** How a strategy is read under a topology: a combination of free signals alone costs nothing beyond the answers. */
export function baseStrategy(name: BaseStrategyName, topology: Topology): BaseStrategy {
  return name === 'combined' && !isJudged(topology)
    ? { run: 'verbalized', phases: ['answer'], confidences: combined }
    : BASE_STRATEGIES[name];
}

/** What each run computes beside the free scores, and publishes. */
const SCORES: Readonly<Record<BaseRun, readonly Score[]>> = {
  verbalized: ['verbalized'],
  evidence: ['verbalizedWithEvidence'],
  pTrue: ['pTrue'],
  normalizedPTrue: ['pTrue', 'normalizedPTrue'],
  sampled: ['pTrue', 'normalizedPTrue'],
};

/** The topology of a run on base weights: a strategy's own work and nothing else, so that its cost is its own. */
export function baseTopology(topology: Topology, run: BaseRun): Topology {
  const scores = SCORES[run];
  const published = scores.at(-1) as Score;
  const judged = published === 'pTrue' || published === 'normalizedPTrue';
  return {
    ...topology,
    name: `compare-${run.toLowerCase()}`,
    confidence: {
      ...topology.confidence,
      published,
      evidence: run === 'evidence' ? topology.confidence.evidence : 'none',
    },
    scoring: {
      ...topology.scoring,
      when: judged ? 'always' : 'never',
      scores: ['answerProbability', 'tokenCertainty', ...scores],
      normalization: run === 'sampled' ? 'dinco-self' : topology.scoring.normalization,
    },
    gate: { ...topology.gate, kind: 'never' },
    training: { ...topology.training, mode: 'off' },
  };
}

/**
 * A topology that trains, with no score beyond what the method itself reads: in a replay the others are for its
 * report, and would count among its costs.
 */
export function leanTopology(topology: Topology): Topology {
  const { signals } = topology.training.target;
  const judged = isJudged(topology);
  const needed: ReadonlySet<Score> = new Set<Score>([
    'answerProbability',
    'tokenCertainty',
    ...signals,
    ...(judged && topology.training.target.weighting === 'probe' ? (['pTrue'] as const) : []),
  ]);
  return {
    ...topology,
    scoring: {
      ...topology.scoring,
      scores: topology.scoring.scores.filter((name) => needed.has(name)),
    },
  };
}
