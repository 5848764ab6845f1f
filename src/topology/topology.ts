import type { AlertRules } from '../alerts/alert-rules.ts';
import type { AnswerStyle } from '../events/question.ts';
import type { ScoreName } from '../events/score.ts';
import type { Normalization } from '../secl/normalized-p-true.ts';
import type { Evidence } from '../secl/scoring-options.ts';
import type { VerdictRules } from '../verdict/verdict-rules.ts';
import type { TopologyBroker } from './broker-topology.ts';
import type { TopologyTelemetry } from './telemetry-topology.ts';
import type { TopologyAdapter, TopologyGate, TopologyTraining } from './loop-topology.ts';

/** Names of the topics that a pipeline reads and writes. */
export interface TopologyTopics {
  readonly questions: string;
  readonly answers: string;
  readonly feedback: string;
  readonly calibration: string;
  readonly deadLetters: string;
  readonly trainingBatches: string;
  readonly adapters: string;
  readonly adapterDecisions: string;
  readonly alerts: string;
}

/** Number formats that the weights of the inference graph can have. */
export const PRECISIONS = ['int8', 'int4', 'fp32'] as const;

/** One of {@link PRECISIONS}. */
export type Precision = (typeof PRECISIONS)[number];

/** Which model answers, and what it may take. */
export interface TopologyModel {
  /** Name in the catalogue, or path of a GGUF file. */
  readonly name: string;
  readonly precision: Precision;
  /** Threads of the inference runtime; `null`: as many as there are cores. */
  readonly threads: number | null;
  /** Positions, of all prompts in flight together, that the key/value cache holds. */
  readonly arenaPositions: number;
}

/** How questions are cut into batches. */
export interface TopologyBatch {
  /** Most questions in a batch. */
  readonly maxBatch: number;
  /** Most batches between being read and being committed. */
  readonly maxInFlight: number;
  /**
   * How long a batch that has begun waits to fill up, in an endless stream; `null`: until it is full, as in `barrier`
   * mode.
   */
  readonly maxWaitMs: number | null;
  /** Order that is kept: answers leave a partition as its questions came. */
  readonly order: 'partition';
}

/** How answers are written. */
export interface TopologyAnswer {
  /** Most tokens of an answer, by style. */
  readonly maxTokens: Readonly<Record<AnswerStyle, number>>;
}

/** How the model is asked how sure it is, and what is published. */
export interface TopologyConfidence {
  /** The score that is published as the answer's confidence. */
  readonly published: ScoreName;
  /** What the confidence prompt says of the answer's own decoding. */
  readonly evidence: Evidence;
  /** Below this mass on the tokens asked for, a score is `ambiguous`. A fraction. */
  readonly minimumMass: number;
}

/** When scores beyond the free ones are computed. */
export const SCORING_TIMES = ['always', 'burst', 'never'] as const;

/** One of {@link SCORING_TIMES}. */
export type ScoringTime = (typeof SCORING_TIMES)[number];

/** Which scores are computed, and how. */
export interface TopologyScoring {
  /** `burst`: P(True) and NormPTrue are computed in bursts alone; `never`: they are left out. */
  readonly when: ScoringTime;
  /** Scores that are computed; the published one is among them. */
  readonly scores: readonly ScoreName[];
  /** Distractors wanted per answer. */
  readonly distractors: number;
  readonly normalization: Normalization;
  /** Most tokens of one distractor. */
  readonly distractorMaxTokens: number;
}

/** Kinds of calibration windows. */
export const WINDOW_KINDS = ['tumbling', 'sliding'] as const;

/** One of {@link WINDOW_KINDS}. */
export type WindowKind = (typeof WINDOW_KINDS)[number];

/** How calibration is measured while the stream runs. */
export interface TopologyCalibration {
  readonly window: WindowKind;
  /** Answers in a window. */
  readonly size: number;
  /** Answers from one window's start to the next's; equal to `size` where `window` is `tumbling`. */
  readonly step: number;
  /** Closed windows that a late label still corrects. */
  readonly correctable: number;
  /** `secl run` closes a window that has answers after so many seconds as far as it is; `null`: it waits until it is full. */
  readonly closeAfterSeconds: number | null;
  /** Bins of the expected calibration error. */
  readonly bins: number;
  /** Resamples of the bootstrap confidence intervals; 0: none. */
  readonly bootstrap: number;
  /** Simulations of the floor of the expected calibration error; 0: none. */
  readonly simulations: number;
}

/** When the verdict says that confidence can be trusted; answers in windows are those of `calibration`. */
export type TopologyVerdict = Omit<VerdictRules, 'size' | 'step'>;

/** When alerts are watched for. */
export const ALERTING_TIMES = ['run', 'always', 'never'] as const;

/** Where alerts are posted, besides their topic. */
export interface TopologyWebhook {
  /** `null`: nowhere, unless the environment names an address. */
  readonly url: string | null;
  readonly timeoutMs: number;
  /** Tries before an alert is given up. */
  readonly attempts: number;
  /** Header that carries the secret, if there is one. */
  readonly secretHeader: string;
}

/** When somebody is told. */
export interface TopologyAlerts extends Omit<AlertRules, 'step'> {
  readonly when: (typeof ALERTING_TIMES)[number];
  readonly webhook: TopologyWebhook;
}

/** What a question may be at most. */
export interface TopologyLimits {
  /** Longest prompt in tokens; a longer question is a dead letter. */
  readonly maxPromptTokens: number;
  /** Longest question in UTF-16 code units; a longer one is a dead letter. */
  readonly maxQuestionChars: number;
}

/** A pipeline as its file says it, with every default filled in. Frozen. */
export interface Topology {
  /** Version of the file format. */
  readonly version: 1;
  /** Name of the pipeline. */
  readonly name: string;
  readonly topics: TopologyTopics;
  readonly model: TopologyModel;
  readonly batch: TopologyBatch;
  readonly answer: TopologyAnswer;
  readonly confidence: TopologyConfidence;
  readonly scoring: TopologyScoring;
  readonly gate: TopologyGate;
  readonly training: TopologyTraining;
  readonly adapter: TopologyAdapter;
  readonly calibration: TopologyCalibration;
  readonly verdict: TopologyVerdict;
  readonly alerts: TopologyAlerts;
  /** Where the topics are; a replay has a log of its own. */
  readonly broker: TopologyBroker;
  /** Seed of everything that samples. */
  readonly seed: number;
  readonly limits: TopologyLimits;
  readonly telemetry: TopologyTelemetry;
}
