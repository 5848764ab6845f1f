import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { TrainingSample } from '../../src/events/training-batch.ts';
import type { LearningOptions } from '../../src/learning/learning-options.ts';
import {
  INITIAL_LEARNING,
  type LearningState,
  type RememberedSample,
} from '../../src/learning/learning-state.ts';
import { presentScore } from '../../src/secl/score-of.ts';
import type { WrittenAnswer } from '../../src/secl/work.ts';
import { ORIGIN, written } from './secl-fixture.ts';

/** The loop's settings with a target that is one score, with what a test changes. */
export function learningOptions(over: Partial<LearningOptions> = {}): LearningOptions {
  return {
    lineage: 'line',
    baseSha256: 'ba'.repeat(32),
    confidenceTokenIds: [48, 49, 50, 51, 52, 53, 54, 55, 56, 57],
    seed: 5,
    target: { signals: ['answerProbability'], mean: 'arithmetic', weighting: 'equal' },
    minimumGap: 0.1,
    scope: 'position',
    accumulation: 'stream',
    loss: 'two-hot',
    maxStep: 0.2,
    steps: 4,
    samplesPerStep: 8,
    replayShare: 0.5,
    memorySize: 10,
    maxSamplesPerKey: 3,
    lora: { rank: 2, alpha: 4, projections: ['q', 'v'], lastLayers: 2 },
    optimizer: {
      name: 'adam',
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      clipNorm: 1,
    },
    guard: {
      maxMeanShift: 0.3,
      heldOutEvery: 4,
      maxHeldOutRise: 0.05,
      trialQuestions: 0,
      maxDrift: 100,
      refusals: 2,
      restQuestions: 10,
    },
    ...over,
  };
}

/** A sample to train on, with what a test changes. */
export function sampleOf(questionId: string, over: Partial<TrainingSample> = {}): TrainingSample {
  return {
    questionId,
    tokenIds: [1, 2, 3],
    adaptFrom: 2,
    target: 0.9,
    confidence: 0.4,
    role: 'new',
    ...over,
  };
}

/** A sample with its key; the key is the question's id unless a test says otherwise. */
export function remembered(questionId: string, key = questionId): RememberedSample {
  return { sample: sampleOf(questionId), key };
}

/** Samples `q0`, `q1`, …, each under a key of its own. */
export function manyRemembered(count: number, prefix = 'q'): RememberedSample[] {
  return Array.from({ length: count }, (_, i) => remembered(`${prefix}${i}`));
}

/** A state with what a test changes. */
export function learningState(over: Partial<LearningState> = {}): LearningState {
  return { ...INITIAL_LEARNING, ...over };
}

/** An answer whose confidence was said to be `confidence`, and of which the model shows `probability`. */
export function spokenAnswer(
  id: string,
  confidence: number | null,
  probability: number | null,
  more: Partial<WrittenAnswer> = {},
  domain: string | null = null,
): WrittenAnswer {
  return written(
    'Lima',
    { id, domain },
    {
      scores:
        probability === null
          ? []
          : [presentScore('answerProbability', probability, ORIGIN, { normalization: 'none' })],
      spoken:
        confidence === null
          ? null
          : {
              name: 'verbalized',
              confidence,
              mass: 1,
              promptIds: [7, 8, 9],
              adaptFrom: 2,
              adapterVersion: 0,
              previous: null,
            },
      ...more,
    },
  );
}

/** A trained version, with what a test changes. */
export function adapterRecord(version: number, over: Partial<AdapterRecord> = {}): AdapterRecord {
  return {
    lineage: 'line',
    version,
    parentVersion: version - 1,
    baseSha256: 'ba'.repeat(32),
    scope: 'position',
    batchId: `batch ${version}`,
    lora: { rank: 2, alpha: 4, projections: ['q', 'v'], lastLayers: 2 },
    loss: { before: 2, after: 1.5 },
    heldOutError: { before: 0.1, after: 0.1 },
    meanConfidence: { before: 0.4, after: 0.5 },
    trainedOn: ['q0'],
    forwardTokens: 100,
    trainer: 'none',
    durationMs: 3,
    sha256: String(version % 10).repeat(64),
    sizeBytes: 10,
    optimizerSha256: 'f'.repeat(64),
    weights: null,
    ...over,
  };
}
