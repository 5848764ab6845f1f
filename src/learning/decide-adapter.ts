import { precondition } from '../errors/secl-error.ts';
import { FROZEN_CODE, OUTDATED_CODE, type AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { LoraAdapter } from '../ports/language-model.ts';
import { adapterDrift } from './adapter-drift.ts';
import { newTrial } from './adapter-trial.ts';
import type { GuardOptions, LearningOptions } from './learning-options.ts';
import type { AwaitedBatch, LearningState } from './learning-state.ts';
import { rememberSamples } from './remember-samples.ts';

/** Why an adapter is not put in place. */
export interface Objection {
  readonly code: string;
  readonly reason: string;
}

const OUTDATED: Objection = {
  code: OUTDATED_CODE,
  reason: 'what it adds to was given up while it was trained',
};

const FROZEN: Objection = {
  code: FROZEN_CODE,
  reason: 'training was stopped while it was trained',
};

/**
 * Refusals that say nothing against the samples: they are remembered, and may teach with others. Where training
 * failed, or its numbers are not finite, the samples may be what did it, and would do it again.
 */
const SAMPLES_KEPT: ReadonlySet<string> = new Set([
  'HELD_OUT_WORSE',
  'MEAN_MOVED',
  'DRIFTED',
  OUTDATED_CODE,
  FROZEN.code,
]);

/** What an adapter's scope has against it: weights trained for some positions do something else at others. */
export function objectionToScope(
  { scope }: Pick<AdapterRecord, 'scope'>,
  options: Pick<LearningOptions, 'scope'>,
): Objection | null {
  if (scope === options.scope) return null;
  return {
    code: 'WRONG_SCOPE',
    reason: `it acts on the ${scope}, and this run's adapters on the ${options.scope}; import it again with --scope ${options.scope}, or start a run with adapter.scope: ${scope}`,
  };
}

/** What an adapter was measured by, before and after. */
export type Measured = Pick<AdapterRecord, 'heldOutError' | 'meanConfidence' | 'loss'>;

/**
 * What the burst's own evidence has against an adapter: it moves away from the held-out targets, or moves mean
 * confidence too far at once.
 */
export function objectionTo(
  { heldOutError, meanConfidence, loss }: Measured,
  { guard }: { readonly guard: Pick<GuardOptions, 'maxHeldOutRise' | 'maxMeanShift'> },
): Objection | null {
  const numbers = [heldOutError, meanConfidence, loss].flatMap((m) =>
    m === null ? [] : [m.before, m.after],
  );
  if (!numbers.every((value) => Number.isFinite(value)))
    return { code: 'NOT_FINITE', reason: 'the trainer reports a number that is not finite' };
  const rise = heldOutError === null ? 0 : heldOutError.after - heldOutError.before;
  if (rise > guard.maxHeldOutRise)
    return {
      code: 'HELD_OUT_WORSE',
      reason: `the distance from held-out targets rose by ${rise.toFixed(3)}, more than ${guard.maxHeldOutRise}`,
    };
  const shift =
    meanConfidence === null ? 0 : Math.abs(meanConfidence.after - meanConfidence.before);
  if (shift > guard.maxMeanShift)
    return {
      code: 'MEAN_MOVED',
      reason: `mean confidence moved by ${shift.toFixed(3)}, more than ${guard.maxMeanShift}`,
    };
  return null;
}

/** What an adapter's weights have against it: they lead farther away from base than the budget allows. */
export function objectionToWeights(
  adapter: LoraAdapter,
  { guard }: { readonly guard: Pick<GuardOptions, 'maxDrift'> },
): Objection | null {
  const drift = adapterDrift(adapter);
  // Not a number is no drift that could be allowed.
  if (drift <= guard.maxDrift) return null;
  return {
    code: 'DRIFTED',
    reason: `it moves the weights by ${drift.toFixed(1)} from base, more than ${guard.maxDrift}, training.guard.maxDrift`,
  };
}

/** Why an adapter that is awaited can be nothing any more, whatever it is like; `null`: it can. */
export function isTooLate({
  awaiting,
  frozen,
}: Pick<LearningState, 'awaiting' | 'frozen'>): Objection | null {
  if (awaiting?.outdated === true) return OUTDATED;
  return frozen ? FROZEN : null;
}

/**
 * Settles the batch that was awaited: its adapter acts from now on, or is refused and the one before stays.
 * Its samples are remembered for later batches, unless they may be why it was refused. Refused too often in a row,
 * training rests. One that is outdated, or comes while training is frozen, is refused whatever it is like, and not
 * counted.
 *
 * @param objection - Of {@link objectionTo}, or from loading it; `null`: none.
 * @throws SeclError `PRECONDITION` if another batch is awaited.
 */
export function settleAdapter(
  state: LearningState,
  record: AdapterRecord,
  objection: Objection | null,
  options: LearningOptions,
  nowMs: number,
): { readonly state: LearningState; readonly decision: AdapterDecision } {
  const { awaiting } = state;
  precondition(
    awaiting !== null && awaiting.batchId === record.batchId,
    'the adapter is of another batch',
  );
  const { lineage, version, sha256, optimizerSha256, lora } = record;
  const paid = { ...state, trainingTokens: state.trainingTokens + record.forwardTokens };
  const late = isTooLate(state);
  if (late !== null) {
    // It is no worse for that, so training need not rest.
    const { state: dropped, decision } = refused(paid, awaiting, version, late, options, nowMs);
    const { refusals, restUntil } = paid;
    return { state: { ...dropped, refusals, restUntil }, decision };
  }
  if (objection !== null) return refused(paid, awaiting, version, objection, options, nowMs);
  const { trialQuestions } = options.guard;
  return {
    state: {
      ...paid,
      awaiting: null,
      refusals: 0,
      previous: state.active,
      active: { version, sha256, optimizerSha256, lora },
      trial: newTrial(trialQuestions),
      trainedQuestions: state.trainedQuestions + awaiting.samples.length,
      ...remembering(paid, awaiting, options),
    },
    decision: {
      lineage,
      version,
      decision: 'accepted',
      ...(trialQuestions === 0
        ? { code: 'none', reason: 'it holds up against the held-out targets' }
        : {
            code: 'ON_TRIAL',
            reason: `it holds up against the held-out targets, and is on trial for ${trialQuestions} questions`,
          }),
      activeVersion: version,
      decidedAtMs: nowMs,
    },
  };
}

/**
 * Gives up the batch that was awaited: no adapter will come of it. It counts as a refusal, unless it is outdated.
 *
 * @throws SeclError `PRECONDITION` if another batch is awaited.
 */
export function abandonBatch(
  state: LearningState,
  batchId: string,
  why: Objection,
  options: LearningOptions,
  nowMs: number,
): { readonly state: LearningState; readonly decision: AdapterDecision } {
  const { awaiting } = state;
  precondition(awaiting?.batchId === batchId, 'another batch is awaited');
  const { state: given, decision } = refused(
    state,
    awaiting,
    awaiting.ordinal,
    why,
    options,
    nowMs,
  );
  if (why.code !== OUTDATED_CODE) return { state: given, decision };
  const { refusals, restUntil } = state;
  return { state: { ...given, refusals, restUntil }, decision };
}

/** The memory with a batch's new samples in it. */
function remembering(
  { memory, sampled }: LearningState,
  { samples }: AwaitedBatch,
  options: LearningOptions,
): Pick<LearningState, 'memory' | 'sampled'> {
  return {
    sampled: sampled + samples.length,
    memory: rememberSamples(memory, samples, sampled, {
      size: options.memorySize,
      maxPerKey: options.maxSamplesPerKey,
      seed: options.seed,
    }),
  };
}

/** Counts a refusal; too many in a row, and training rests. */
export function withRefusal(
  state: LearningState,
  { guard }: Pick<LearningOptions, 'guard'>,
): LearningState {
  const refusals = state.refusals + 1;
  const rests = refusals >= guard.refusals;
  return {
    ...state,
    refusals: rests ? 0 : refusals,
    restUntil: rests ? state.answered + guard.restQuestions : state.restUntil,
  };
}

/** The adapter before stays; refused too often in a row, training rests. */
function refused(
  state: LearningState,
  awaiting: AwaitedBatch,
  version: number,
  why: Objection,
  options: LearningOptions,
  nowMs: number,
): { readonly state: LearningState; readonly decision: AdapterDecision } {
  const kept = SAMPLES_KEPT.has(why.code) ? remembering(state, awaiting, options) : {};
  return {
    state: withRefusal({ ...state, ...kept, awaiting: null }, options),
    decision: {
      lineage: options.lineage,
      version,
      decision: 'refused',
      ...why,
      activeVersion: state.active?.version ?? 0,
      decidedAtMs: nowMs,
    },
  };
}
