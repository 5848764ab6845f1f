import { DETECTORS } from '../drift/detector.ts';
import {
  GATE_KINDS,
  GATE_STATISTICS,
  LEAST_WARM_UP,
  LONGEST_WARM_UP,
} from '../drift/gate-options.ts';
import { DEFAULT_GATE } from '../drift/gate.ts';
import { RUN_LENGTHS } from '../drift/threshold-table.ts';
import { ADAPTER_SCOPES } from '../events/adapter-scope.ts';
import {
  LOSS_NAMES,
  OPTIMIZER_NAMES,
  type LoraSettings,
  type OptimizerSettings,
} from '../events/training-batch.ts';
import { ACCUMULATIONS, TRAINING_MODES, type GuardOptions } from '../learning/learning-options.ts';
import { LORA_PROJECTIONS } from '../ports/language-model.ts';
import { MEANS } from '../secl/combine-signals.ts';
import { SIGNAL_NAMES, WEIGHTINGS, type TargetOptions } from '../secl/training-target.ts';
import {
  TRAINER_PLACES,
  type TopologyAdapter,
  type TopologyGate,
  type TopologyTraining,
} from './loop-topology.ts';
import {
  choice,
  fraction,
  integer,
  list,
  listOf,
  nullable,
  number,
  object,
  type Field,
} from './shape.ts';

/** Keys of the drift gate. */
export const GATE_SHAPE: Field<TopologyGate> = object<TopologyGate>(
  {
    kind: choice(GATE_KINDS, DEFAULT_GATE.kind, 'What opens bursts; all but drift are controls.'),
    statistics: list(
      GATE_STATISTICS,
      DEFAULT_GATE.statistics,
      'Statistics that the gate watches; all are free.',
    ),
    detector: choice(DETECTORS, DEFAULT_GATE.detector, 'How changes of them are found.'),
    questionsBetweenFalseAlarms: integer(
      [10, RUN_LENGTHS.at(-1) as number],
      DEFAULT_GATE.questionsBetweenFalseAlarms,
      'How many questions without a change should pass, on average, until an alarm; thresholds follow.',
    ),
    warmUp: integer(
      [LEAST_WARM_UP, LONGEST_WARM_UP],
      DEFAULT_GATE.warmUp,
      'Questions after a change that only show what is usual.',
    ),
    coolDown: integer(
      [0, 100_000],
      DEFAULT_GATE.coolDown,
      'Questions after an alarm during which others belong to the same change.',
    ),
    burst: integer([1, 100_000], DEFAULT_GATE.burst, 'Questions in a burst.'),
    period: integer(
      [1, 1_000_000],
      DEFAULT_GATE.period,
      'Questions from one burst to the next of a periodic gate.',
    ),
  },
  'When bursts open, in which answers are judged and may train.',
);

const target = object<TrainingFile['target']>(
  {
    signals: listOf(
      SIGNAL_NAMES,
      'Scores that make the target; absent: token certainty and answer probability.',
    ),
    mean: choice(MEANS, 'graded-noisy-or', 'How they become one number.'),
    weighting: choice(
      WEIGHTINGS,
      'probe',
      'probe: P(True) counts less where it prefers the model’s own distractors.',
    ),
  },
  'What confidence should move towards.',
);

const lora = object<LoraSettings>(
  {
    rank: integer([1, 256], 8, 'Rank of the update.'),
    alpha: number([0.001, 10_000], 16, 'Scaling times rank.'),
    projections: list(LORA_PROJECTIONS, ['q', 'v', 'o'], 'Projections that carry it.'),
    lastLayers: integer([1, 1000], 8, 'Last layers of the model that carry it.'),
  },
  'Shape of the adapter.',
);

const optimizer = object<OptimizerSettings>(
  {
    name: choice(OPTIMIZER_NAMES, 'adam', 'Adam, or AdamW.'),
    learningRate: number([1e-7, 1], 1e-3, 'Step length.'),
    beta1: fraction(0.9, 'Decay of the mean of gradients.'),
    beta2: fraction(0.999, 'Decay of the mean of their squares.'),
    epsilon: number([1e-12, 1], 1e-8, 'Added to the root of the latter.'),
    weightDecay: number([0, 1], 0, 'Decay of the weights.'),
    clipNorm: number([1e-6, 1e6], 1, 'Longest gradient; a longer one is scaled down.'),
  },
  'How weights move.',
);

const guard = object<GuardOptions>(
  {
    maxMeanShift: fraction(0.5, 'Most that one batch may move mean confidence.'),
    heldOutEvery: integer(
      [2, 1000],
      4,
      'One in so many samples of a burst is watched, not trained on.',
    ),
    maxHeldOutRise: fraction(0.05, 'Most that it may move away from held-out targets.'),
    trialQuestions: integer(
      [0, 1000],
      8,
      'First questions under a new adapter that are asked under the one before, too, to roll it back by; 0: none.',
    ),
    maxDrift: number(
      [1e-3, 1e6],
      30,
      'Farthest that adapters may move the weights from base, the norm of all that they add.',
    ),
    refusals: integer([1, 1000], 3, 'Refusals in a row after which training rests.'),
    restQuestions: integer([1, 1_000_000], 100, 'Questions that it rests for.'),
  },
  'When a new adapter is not put in place, or taken away again.',
);

/** Training as a file says it, before defaults that depend on other settings are filled in. */
export interface TrainingFile extends Omit<TopologyTraining, 'mode' | 'target'> {
  readonly mode: TopologyTraining['mode'] | null;
  readonly target: Omit<TargetOptions, 'signals'> & {
    readonly signals: TargetOptions['signals'] | null;
  };
}

/** Keys of training. */
export const TRAINING_SHAPE: Field<TrainingFile> = object<TrainingFile>(
  {
    mode: nullable(
      choice(
        TRAINING_MODES,
        'barrier',
        'barrier: wait for each adapter, so that a replay can be repeated; async: go on meanwhile; absent: barrier where a verbalized confidence is published, else off.',
      ),
    ),
    trainer: choice(
      TRAINER_PLACES,
      'embedded',
      'embedded: a worker of `secl run` trains; service: `secl trainer` or the trainer service does, and workers wait for its adapters.',
    ),
    target,
    minimumGap: fraction(0.1, 'Least distance of target from confidence to train on.'),
    accumulation: choice(ACCUMULATIONS, 'stream', 'Over what updates add up.'),
    loss: choice(LOSS_NAMES, 'two-hot', 'What a step descends.'),
    maxStep: fraction(0.1, 'How far a bounded loss may move a confidence.'),
    steps: integer([1, 1000], 4, 'Optimizer steps a batch.'),
    samplesPerStep: integer([1, 256], 8, 'Samples a step.'),
    replayShare: fraction(0.5, 'Share of them drawn from earlier ones.'),
    memorySize: integer([0, 10_000], 96, 'Earlier samples that are remembered.'),
    maxSamplesPerKey: integer([1, 10_000], 8, 'Most of them that one record key may have.'),
    lora,
    optimizer,
    guard,
  },
  'How the questions of a burst train the adapter.',
);

/** Keys of the adapter. */
export const ADAPTER_SHAPE: Field<TopologyAdapter> = object<TopologyAdapter>(
  {
    scope: choice(
      ADAPTER_SCOPES,
      'position',
      'position: the confidence digit alone; turn: the confidence question; conversation: every position of every prompt, answers and P(True) too.',
    ),
  },
  'Where the adapter acts.',
);
