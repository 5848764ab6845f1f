import fc, { type Arbitrary } from 'fast-check';
import type { RecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import type { AdapterRecord, BeforeAfter } from '../../src/events/adapter.ts';
import { ADAPTER_DECISIONS, type AdapterDecision } from '../../src/events/adapter-decision.ts';
import { ADAPTER_SCOPES } from '../../src/events/adapter-scope.ts';
import { ALERT_LEVELS, ALERT_RULES, ALERT_STATES, type Alert } from '../../src/events/alert.ts';
import type { Answer, Distractor, GateReading } from '../../src/events/answer.ts';
import type {
  CalibrationWindow,
  WindowDrift,
  WindowEstimate,
  WindowMetric,
} from '../../src/events/calibration-window.ts';
import type { DeadLetter } from '../../src/events/dead-letter.ts';
import type { Feedback } from '../../src/events/feedback.ts';
import type { AnswerStyle, Question } from '../../src/events/question.ts';
import { SCORE_NAMES, type Score, type ScoreStatus } from '../../src/events/score.ts';
import {
  LOSS_NAMES,
  OPTIMIZER_NAMES,
  SAMPLE_ROLES,
  type LoraSettings,
  type TrainingBatch,
  type TrainingSample,
} from '../../src/events/training-batch.ts';
import {
  VERDICT_BASES,
  VERDICT_CODES,
  VERDICT_LEVELS,
  type Verdict,
} from '../../src/events/verdict.ts';
import type { Codec } from '../../src/ports/record-codec.ts';

/** Any text without lone surrogates, which UTF-8 cannot hold. */
const text = fc.string({ unit: 'binary', maxLength: 40 });
/** Finite, −0 included. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const count = fc.nat(0x7fffffff);
/** What the codecs hold exactly. */
const offset = fc.maxSafeNat().map((n) => Math.floor(n / 2));
const timeMs = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
const bytes = fc.uint8Array({ maxLength: 50 });
const tokenIds = fc.array(count, { maxLength: 30 });
const orNull = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | null> => fc.option(arbitrary);
const list = <T>(arbitrary: Arbitrary<T>): Arbitrary<T[]> => fc.array(arbitrary, { maxLength: 4 });

/** Every key present, objects plain. */
const row = <T>(fields: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> =>
  fc.record<T>(fields, { noNullPrototype: true });

/** Names to numbers; `__proto__` cannot be an own key of a plain literal. */
const numbersByName = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  number,
  { maxKeys: 4, noNullPrototype: true },
);

const style = fc.constantFrom<AnswerStyle>('short', 'choice', 'reasoning');
const scope = fc.constantFrom(...ADAPTER_SCOPES);

const score = row<Score>({
  name: fc.constantFrom(...SCORE_NAMES),
  value: orNull(number),
  status: fc.constantFrom<ScoreStatus>('present', 'ambiguous', 'missing'),
  reason: orNull(text),
  mass: orNull(number),
  components: numbersByName,
  normalization: text,
  promptHash: orNull(text),
  model: text,
  adapterVersion: count,
});

const distractor = row<Distractor>({
  text,
  firstLogProbability: number,
  pTrue: orNull(number),
  trueMass: orNull(number),
  falseMass: orNull(number),
  weight: number,
});

const metric = row<WindowMetric>({
  score: text,
  n: count,
  missing: count,
  ece: orNull(number),
  eceFloor: orNull(number),
  eceFloorP95: orNull(number),
  eceLow: orNull(number),
  eceHigh: orNull(number),
  brier: orNull(number),
  auroc: orNull(number),
  mean: orNull(number),
});

const verdict = row<Verdict>({
  level: fc.constantFrom(...VERDICT_LEVELS),
  code: fc.constantFrom(...VERDICT_CODES),
  reason: text,
  basis: fc.constantFrom(...VERDICT_BASES),
  sinceMs: timeMs,
  n: count,
  labelled: count,
  dataAtMs: timeMs,
});

const estimated = row<WindowEstimate>({
  n: count,
  accuracy: orNull(number),
  auroc: orNull(number),
  signalGap: orNull(number),
});

const drift = row<WindowDrift>({ incident: count, noticedAt: orNull(offset), alarms: count });

const sample = row<TrainingSample>({
  questionId: text,
  tokenIds,
  adaptFrom: count,
  target: number,
  confidence: number,
  role: fc.constantFrom(...SAMPLE_ROLES),
});

const gate = row<GateReading>({
  burst: count,
  positionInBurst: count,
  incident: count,
  alarm: fc.boolean(),
  statistics: numbersByName,
  thresholds: numbersByName,
});

const lora = row<LoraSettings>({
  rank: count,
  alpha: number,
  projections: list(text),
  lastLayers: count,
});

const beforeAfter = row<BeforeAfter>({ before: number, after: number });

type ValueOf<C> = C extends Codec<infer T> ? T : never;

/** Any value of each record, by the name of its codec: all that the types allow. */
export const RECORDS: {
  readonly [K in keyof RecordCodecs]: Arbitrary<ValueOf<RecordCodecs[K]>>;
} = {
  question: row<Question>({
    id: text,
    text,
    style,
    choices: list(row({ label: text, text })),
    domain: orNull(text),
    givenAnswer: orNull(row({ text, tokenLogProbabilities: orNull(list(number)) })),
    deadlineMs: orNull(timeMs),
  }),
  answer: row<Answer>({
    questionId: text,
    sourceTopic: text,
    sourcePartition: count,
    sourceOffset: offset,
    domain: orNull(text),
    style,
    text,
    extracted: orNull(text),
    tokenIds,
    finishReason: fc.constantFrom('stop', 'length', 'given'),
    entropyNats: orNull(number),
    published: row({ value: orNull(number), source: text, adapterVersion: count }),
    scores: list(score),
    distractors: list(distractor),
    forwardTokens: row({
      answer: offset,
      confidence: offset,
      scoring: offset,
      training: offset,
      total: offset,
    }),
    model: text,
    modelFingerprint: text,
    duplicateOf: orNull(offset),
    late: fc.boolean(),
    answeredAtMs: timeMs,
    durationMs: number,
    hidden: orNull(bytes),
    gate: orNull(gate),
    previousConfidence: orNull(number),
  }),
  feedback: row<Feedback>({
    questionId: text,
    acceptedAnswers: list(text),
    correct: orNull(fc.boolean()),
    labelledAtMs: timeMs,
  }),
  calibrationWindow: row<CalibrationWindow>({
    sourceTopic: text,
    sourcePartition: count,
    ordinal: offset,
    revision: count,
    scope: text,
    firstOffset: offset,
    lastOffset: offset,
    answers: count,
    labelled: count,
    accuracy: orNull(number),
    metrics: list(metric),
    eceDefinition: text,
    closedAtMs: timeMs,
    estimated: orNull(estimated),
    drift: orNull(drift),
    answersSeen: orNull(offset),
    seenUntilMs: orNull(timeMs),
    adapterVersion: orNull(count),
    adapterVersions: list(count),
    verdict: orNull(verdict),
  }),
  alert: row<Alert>({
    pipeline: text,
    rule: fc.constantFrom(...ALERT_RULES),
    state: fc.constantFrom(...ALERT_STATES),
    level: fc.constantFrom(...ALERT_LEVELS),
    reason: text,
    value: orNull(number),
    threshold: orNull(number),
    sinceMs: timeMs,
    atMs: timeMs,
  }),
  deadLetter: row<DeadLetter>({
    sourceTopic: text,
    sourcePartition: count,
    sourceOffset: offset,
    code: text,
    reason: text,
    key: orNull(bytes),
    value: orNull(bytes),
    failedAtMs: timeMs,
  }),
  trainingBatch: row<TrainingBatch>({
    batchId: text,
    lineage: text,
    ordinal: count,
    scope,
    confidenceTokenIds: tokenIds,
    loss: fc.constantFrom(...LOSS_NAMES),
    lossParameters: numbersByName,
    lora,
    optimizer: row({
      name: fc.constantFrom(...OPTIMIZER_NAMES),
      learningRate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
      weightDecay: number,
      clipNorm: number,
    }),
    parentVersion: count,
    parentSha256: orNull(text),
    parentOptimizerSha256: orNull(text),
    baseSha256: text,
    seed: offset,
    samples: list(sample),
    steps: list(list(count)),
  }),
  adapter: row<AdapterRecord>({
    lineage: text,
    version: count,
    parentVersion: count,
    baseSha256: text,
    scope,
    batchId: orNull(text),
    lora,
    loss: orNull(beforeAfter),
    heldOutError: orNull(beforeAfter),
    meanConfidence: orNull(beforeAfter),
    trainedOn: list(text),
    forwardTokens: offset,
    trainer: text,
    durationMs: number,
    sha256: text,
    sizeBytes: offset,
    optimizerSha256: orNull(text),
    weights: orNull(bytes),
  }),
  adapterDecision: row<AdapterDecision>({
    lineage: text,
    version: count,
    decision: fc.constantFrom(...ADAPTER_DECISIONS),
    code: text,
    reason: text,
    activeVersion: count,
    decidedAtMs: timeMs,
  }),
};

/** Names of all records. */
export const RECORD_NAMES = Object.keys(RECORDS) as (keyof RecordCodecs)[];
