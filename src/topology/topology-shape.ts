import type { AnswerStyle } from '../events/question.ts';
import { SCORE_NAMES, type ScoreName } from '../events/score.ts';
import { NORMALIZATIONS } from '../secl/normalized-p-true.ts';
import { EVIDENCES } from '../secl/scoring-options.ts';
import { ALERTS_SHAPE } from './alerts-shape.ts';
import { VERDICT_SHAPE, type VerdictFile } from './verdict-shape.ts';
import { BROKER_SHAPE } from './broker-shape.ts';
import { ADAPTER_SHAPE, GATE_SHAPE, TRAINING_SHAPE, type TrainingFile } from './loop-shape.ts';
import {
  choice,
  constant,
  fraction,
  integer,
  listOf,
  nullable,
  object,
  required,
  text,
  type Field,
} from './shape.ts';
import { TELEMETRY_SHAPE } from './telemetry-shape.ts';
import {
  PRECISIONS,
  SCORING_TIMES,
  WINDOW_KINDS,
  type Topology,
  type TopologyAnswer,
  type TopologyBatch,
  type TopologyCalibration,
  type TopologyConfidence,
  type TopologyLimits,
  type TopologyModel,
  type TopologyScoring,
  type TopologyTopics,
} from './topology.ts';

/** A topology as its file says it, before defaults that depend on other settings are filled in. */
export interface TopologyFile extends Omit<
  Topology,
  'calibration' | 'scoring' | 'training' | 'verdict'
> {
  readonly verdict: VerdictFile;
  readonly training: TrainingFile;
  readonly calibration: Omit<TopologyCalibration, 'step'> & { readonly step: number | null };
  readonly scoring: Omit<TopologyScoring, 'scores'> & {
    readonly scores: readonly ScoreName[] | null;
  };
}

/** Kafka's rule for topic names. */
const TOPIC = {
  pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}$',
  rule: '1 to 249 of letters, digits, ".", "_" and "-"',
};
const NAME = {
  pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
  rule: '1 to 64 of small letters, digits and "-", not beginning with "-"',
};
const MODEL = { pattern: '^\\S(.{0,998}\\S)?$', rule: 'a name or path of 1 to 1000 characters' };

const topics = object<TopologyTopics>(
  {
    questions: text(TOPIC, 'qa.questions', 'Questions come from here.'),
    answers: text(TOPIC, 'qa.answers', 'Answers with their confidence.'),
    feedback: text(TOPIC, 'qa.feedback', 'Labels, late or never; read by metrics alone.'),
    calibration: text(TOPIC, 'qa.calibration', 'Calibration windows.'),
    deadLetters: text(TOPIC, 'qa.dead-letters', 'Records that could not be answered.'),
    trainingBatches: text(TOPIC, 'qa.training-batches', 'Batches to train on.'),
    adapters: text(TOPIC, 'qa.adapters', 'Trained adapters.'),
    adapterDecisions: text(TOPIC, 'qa.adapter-decisions', 'What became of them, and why.'),
    alerts: text(TOPIC, 'qa.alerts', 'Alerts that begin, go on and end.'),
  },
  'Names of the topics.',
);

const model = object<TopologyModel>(
  {
    name: text(
      MODEL,
      'qwen2.5-coder-0.5b-instruct',
      'Name in the catalogue, or path of a GGUF file.',
    ),
    precision: choice(PRECISIONS, 'int8', 'Number format of the weights while answering.'),
    threads: nullable(
      integer([1, 1024], 1, 'Threads of the inference runtime; null: as many as cores.'),
    ),
    arenaPositions: integer(
      [256, 1_048_576],
      8192,
      'Positions that the cache holds, of all prompts in flight together; more need more memory.',
    ),
  },
  'Which model answers, and what it may take.',
);

const batch = object<TopologyBatch>(
  {
    maxBatch: integer([1, 64], 8, 'Most questions in a batch.'),
    maxInFlight: integer([1, 64], 2, 'Most batches between being read and being committed.'),
    maxWaitMs: nullable(
      integer(
        [0, 60_000],
        50,
        'How long a batch that has begun waits to fill up, in an endless stream; absent: 50. Not where training.mode is barrier, whose batches are cut by count.',
      ),
    ),
    order: choice(['partition'], 'partition', 'Order that is kept.'),
  },
  'How questions are cut into batches.',
);

const maxTokens = object<Readonly<Record<AnswerStyle, number>>>(
  {
    short: integer([1, 4096], 24, 'Short answers.'),
    choice: integer([1, 4096], 8, 'Labels of choices.'),
    reasoning: integer([1, 4096], 320, 'Reasoning with a final answer.'),
  },
  'Most tokens of an answer, by style.',
);

const confidence = object<TopologyConfidence>(
  {
    published: choice(SCORE_NAMES, 'verbalizedWithEvidence', 'Score that is published.'),
    evidence: choice(
      EVIDENCES,
      'combination',
      "What the confidence prompt says of the answer's own decoding.",
    ),
    minimumMass: fraction(
      0.5,
      'Below this mass on the tokens asked for, a score is called ambiguous.',
    ),
  },
  'How the model is asked how sure it is.',
);

const scoring = object<TopologyFile['scoring']>(
  {
    when: choice(SCORING_TIMES, 'burst', 'When P(True) and NormPTrue are computed.'),
    scores: listOf(
      SCORE_NAMES,
      'Scores to compute, the published one among them; absent: all that the other settings allow.',
    ),
    distractors: integer([0, 16], 4, 'Wrong answers that the model is to propose per answer.'),
    normalization: choice(NORMALIZATIONS, 'total-above-one', 'How NormPTrue divides.'),
    distractorMaxTokens: integer([1, 512], 24, 'Most tokens of one distractor.'),
  },
  'Which scores are computed, and how.',
);

const calibration = object<TopologyFile['calibration']>(
  {
    window: choice(WINDOW_KINDS, 'tumbling', 'Windows end to end, or overlapping.'),
    size: integer([1, 100_000], 100, 'Answers in a window.'),
    step: nullable(
      integer(
        [1, 100_000],
        1,
        "Answers from one window's start to the next's; absent: the size, or a tenth of it where windows slide.",
      ),
    ),
    correctable: integer([0, 1000], 10, 'Closed windows that a late label still corrects.'),
    closeAfterSeconds: nullable(
      integer(
        [1, 604_800],
        1,
        'Seconds after which `secl run` publishes a window that is not full yet, and again when it is; null: only full ones. A replay knows no time.',
      ),
    ),
    bins: integer([1, 1000], 10, 'Bins of the expected calibration error.'),
    bootstrap: integer([0, 100_000], 1000, 'Resamples of the confidence intervals; 0: none.'),
    simulations: integer(
      [0, 100_000],
      200,
      'Simulations of the floor of the expected calibration error; 0: none.',
    ),
  },
  'How calibration is measured while the stream runs.',
);

const limits = object<TopologyLimits>(
  {
    maxPromptTokens: integer([16, 131_072], 2048, 'Longest prompt, in tokens.'),
    maxQuestionChars: integer([1, 1_000_000], 16_384, 'Longest question, in characters.'),
  },
  'What a question may be at most; a longer one becomes a dead letter.',
);

/** Every key that a topology file may have. */
export const TOPOLOGY_SHAPE: Field<TopologyFile> = object<TopologyFile>(
  {
    version: required(constant(1, 'Version of the file format.')),
    name: required(text(NAME, '', 'Name of the pipeline.')),
    topics,
    model,
    batch,
    answer: object<TopologyAnswer>({ maxTokens }, 'How answers are written.'),
    confidence,
    scoring,
    gate: GATE_SHAPE,
    training: TRAINING_SHAPE,
    adapter: ADAPTER_SHAPE,
    calibration,
    verdict: VERDICT_SHAPE,
    alerts: ALERTS_SHAPE,
    broker: BROKER_SHAPE,
    seed: integer([0, 4_294_967_295], 1, 'Seed of everything that samples.'),
    limits,
    telemetry: TELEMETRY_SHAPE,
  },
  'A SECL-Stream pipeline.',
);
