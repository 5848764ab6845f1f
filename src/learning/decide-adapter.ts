import { precondition } from '../errors/secl-error.ts';
import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { LearningOptions } from './learning-options.ts';
import type { LearningState } from './learning-state.ts';
import { rememberSamples } from './remember-samples.ts';

/** Why an adapter is not put in place. */
export interface Objection {
  readonly code: string;
  readonly reason: string;
}

const OUTDATED: Objection = {
  code: 'OUTDATED',
  reason: 'what it adds to was given up while it was trained',
};

/**
 * What the burst's own evidence has against an adapter: it moves away from the held-out targets, or moves mean
 * confidence too far at once.
 */
export function objectionTo(
  { heldOutError, meanConfidence, loss }: AdapterRecord,
  { guard }: Pick<LearningOptions, 'guard'>,
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

/**
 * Settles the batch that was awaited: its adapter acts from now on, or is refused and the one before stays.
 * Its samples are remembered for later batches; those of a refused one are not. Refused too often in a row,
 * training rests. One that is outdated is refused whatever it is like, and not counted.
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
  const { lineage, version, sha256, optimizerSha256 } = record;
  const paid = { ...state, trainingTokens: state.trainingTokens + record.forwardTokens };
  if (awaiting.outdated) {
    // It is no worse for that, so training need not rest.
    const { state: dropped, decision } = refused(paid, version, OUTDATED, options, nowMs);
    const { refusals, restUntil } = paid;
    return { state: { ...dropped, refusals, restUntil }, decision };
  }
  if (objection !== null) return refused(paid, version, objection, options, nowMs);
  return {
    state: {
      ...paid,
      awaiting: null,
      refusals: 0,
      previous: state.active,
      active: { version, sha256, optimizerSha256 },
      trainedQuestions: state.trainedQuestions + awaiting.samples.length,
      sampled: state.sampled + awaiting.samples.length,
      memory: rememberSamples(state.memory, awaiting.samples, state.sampled, {
        size: options.memorySize,
        maxPerKey: options.maxSamplesPerKey,
        seed: options.seed,
      }),
    },
    decision: {
      lineage,
      version,
      decision: 'accepted',
      code: 'none',
      reason: 'it holds up against the held-out targets',
      activeVersion: version,
      decidedAtMs: nowMs,
    },
  };
}

/**
 * Gives up the batch that was awaited: no adapter will come of it. It counts as a refusal.
 *
 * @throws SeclError `PRECONDITION` if another batch is awaited.
 */
export function abandonBatch(
  state: LearningState,
  batchId: string,
  why: Objection,
  options: Pick<LearningOptions, 'guard' | 'lineage'>,
  nowMs: number,
): { readonly state: LearningState; readonly decision: AdapterDecision } {
  const { awaiting } = state;
  precondition(awaiting?.batchId === batchId, 'another batch is awaited');
  return refused(state, awaiting.ordinal, why, options, nowMs);
}

/** The adapter before stays; refused too often in a row, training rests. */
function refused(
  state: LearningState,
  version: number,
  why: Objection,
  { guard, lineage }: Pick<LearningOptions, 'guard' | 'lineage'>,
  nowMs: number,
): { readonly state: LearningState; readonly decision: AdapterDecision } {
  const refusals = state.refusals + 1;
  const rests = refusals >= guard.refusals;
  return {
    state: {
      ...state,
      awaiting: null,
      refusals: rests ? 0 : refusals,
      restUntil: rests ? state.answered + guard.restQuestions : state.restUntil,
    },
    decision: {
      lineage,
      version,
      decision: 'refused',
      ...why,
      activeVersion: state.active?.version ?? 0,
      decidedAtMs: nowMs,
    },
  };
}
