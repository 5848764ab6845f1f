import type { TrainingSample } from '../events/training-batch.ts';
import { EMPTY_PROBE, observeTruth } from '../secl/truth-probe.ts';
import { trainingTarget, type JudgedAnswer } from '../secl/training-target.ts';
import { scoreValue } from '../secl/score-of.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import type { LearningOptions } from './learning-options.ts';
import { observeTrial } from './adapter-trial.ts';
import type { LearningState, RememberedSample } from './learning-state.ts';
import { newestWithin, stateBytes } from './newest-within.ts';

/** Most samples near their target that are watched at a time; beyond, the oldest are dropped. */
const WATCHED = { count: 16, bytes: 128 * 1024 };
/** Most samples that wait for a batch; beyond, the oldest are dropped. */
const WAITING = { count: 64, bytes: 256 * 1024 };
/**
 * Most bytes of one sample; larger ones are not taken. Waiting, awaited and watched samples share an entry of state,
 * and go into one training batch with replayed ones: both have to fit into 1 MiB.
 */
const SAMPLE_BYTES = 32 * 1024;
/**
 * What a gap may lie beyond the least one and still be it. Decimals are not exact: 0.8 − 0.7 exceeds 0.1 by 9e-17, and a
 * confidence, a sum of ten products, is off by as much a few times over.
 */
const ROUNDING = 2 ** -44;
/** Characters of a domain by which it is told from the next: state holds no more of it. */
const DOMAIN_CHARS = 256;

/** An adapter begun afresh, and nothing to replay. */
const AFRESH = { active: null, previous: null, trial: null, memory: [], sampled: 0 } as const;

/** One answer as learning sees it. No label is in it, nor could one be. */
export interface ObservedAnswer {
  readonly answer: WrittenAnswer;
  /** Published confidence, and the prompt that it was asked with; `null` where it is missing. */
  readonly spoken: {
    readonly confidence: number;
    readonly promptIds: readonly number[];
    readonly adaptFrom: number;
    /** What the adapter before would have had published; `null`: it was not asked. */
    readonly previous: number | null;
  } | null;
  /** Ordinal of the burst that it stands in, 0 outside. */
  readonly burst: number;
  /** Key of its record, for the cap on samples of one key. */
  readonly key: string;
}

/**
 * Looks at one answer: inside a burst every so many are watched, by which adapters are judged; of the others, those
 * whose confidence is far enough from the target become samples to train on. Where updates do not add up over the stream, a new burst, domain or question begins
 * afresh.
 */
export function observeAnswer(
  before: LearningState,
  { answer, spoken, burst, key }: ObservedAnswer,
  options: LearningOptions,
): LearningState {
  const domain = answer.question.domain?.slice(0, DOMAIN_CHARS) ?? null;
  let state: LearningState = { ...before, answered: before.answered + 1 };
  const newBurst = burst !== 0 && burst !== before.burst;
  if (newBurst) state = { ...state, burst, burstSamples: 0, probe: EMPTY_PROBE, heldOut: [] };
  state = tried(state, answer, spoken, options);
  const newDomain = before.answered > 0 && domain !== before.domain;
  state = { ...state, domain };
  const { accumulation } = options;
  if ((accumulation === 'burst' && newBurst) || (accumulation === 'domain' && newDomain))
    state = {
      ...state,
      ...AFRESH,
      fresh: [],
      awaiting: before.awaiting && { ...before.awaiting, samples: [], outdated: true },
    };
  // Questions of one batch were answered before any of them could train: their samples wait together.
  if (accumulation === 'question') state = { ...state, ...AFRESH };
  if (burst === 0 || state.frozen) return state;
  const probe = observeTruth(state.probe, scoreValue(answer.scores, 'pTrue'), answer.distractors);
  state = { ...state, probe };
  const target = trainingTarget(judged(answer), options.target, probe);
  if (target === null || spoken === null) return state;
  const sample: TrainingSample = {
    questionId: answer.question.id,
    tokenIds: spoken.promptIds,
    adaptFrom: spoken.adaptFrom,
    target,
    confidence: spoken.confidence,
    role: 'new',
  };
  if (stateBytes({ sample, key }) > SAMPLE_BYTES) return state;
  state = { ...state, burstSamples: state.burstSamples + 1 };
  // A flood under one key must not crowd out what others teach, nor what adapters are judged by.
  const isFull = (samples: readonly RememberedSample[]): boolean =>
    samples.filter((one) => one.key === key).length >= options.maxSamplesPerKey;
  // By its place alone: samples that were watched for being near their target could only move away from it.
  if (state.burstSamples % options.guard.heldOutEvery === 0) {
    if (isFull(state.heldOut)) return state;
    const watched = { sample: { ...sample, role: 'held-out' as const }, key };
    return { ...state, heldOut: newestWithin([...state.heldOut, watched], WATCHED) };
  }
  const gap = Math.abs(target - spoken.confidence);
  if (gap <= options.minimumGap + ROUNDING || isFull(state.fresh)) return state;
  return { ...state, fresh: newestWithin([...state.fresh, { sample, key }], WAITING) };
}

function judged({ scores, finishReason, question }: WrittenAnswer): JudgedAnswer {
  return { scores, finishReason, style: question.style };
}

/** Takes a question that was asked under both adapters as evidence of the trial. */
function tried(
  state: LearningState,
  answer: WrittenAnswer,
  spoken: ObservedAnswer['spoken'],
  { target }: Pick<LearningOptions, 'target'>,
): LearningState {
  const { trial, probe } = state;
  if (trial === null || spoken === null || spoken.previous === null) return state;
  const confidence = { before: spoken.previous, after: spoken.confidence };
  return {
    ...state,
    trial: observeTrial(trial, confidence, trainingTarget(judged(answer), target, probe)),
  };
}
