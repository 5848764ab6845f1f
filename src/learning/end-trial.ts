import { TRIAL_PASSED_CODE, type AdapterDecision } from '../events/adapter-decision.ts';
import { trialMeans } from './adapter-trial.ts';
import { objectionTo, withRefusal, type Objection } from './decide-adapter.ts';
import type { LearningOptions } from './learning-options.ts';
import type { LearningState } from './learning-state.ts';

/** What every code of a trial's end begins with. */
const TRIAL = 'TRIAL_';

/** Whether a decision's code says that it ended a trial. */
export function isTrialCode(code: string): boolean {
  return code.startsWith(TRIAL);
}

/**
 * Ends the trial of the adapter that acts, if it is over: it stays, or the one before takes its place again. The
 * rails are those that let it in, on questions that it was not trained with: it must not move away from their
 * targets, nor move mean confidence too far. Rolled back counts as a refusal, and what was trained on top of it
 * meanwhile will be refused.
 *
 * @param replaced - Whether another adapter is about to take its place: then the trial ends with what it has shown.
 * @returns `null`: there is no trial, or it goes on.
 */
export function endTrial(
  state: LearningState,
  options: Pick<LearningOptions, 'guard' | 'lineage'>,
  replaced: boolean,
  nowMs: number,
): { readonly state: LearningState; readonly decision: AdapterDecision } | null {
  const { trial, active, previous, awaiting } = state;
  if (trial === null || active === null || (trial.left > 0 && !replaced)) return null;
  const means = trialMeans(trial);
  const objection = objectionTo({ ...means, loss: null }, options);
  const about = { lineage: options.lineage, version: active.version, decidedAtMs: nowMs };
  if (objection === null)
    return {
      state: { ...state, trial: null },
      decision: {
        ...about,
        decision: 'accepted',
        code: TRIAL_PASSED_CODE,
        reason: passed(trial.asked, means),
        activeVersion: active.version,
      },
    };
  return {
    state: withRefusal(
      {
        ...state,
        active: previous,
        previous: null,
        trial: null,
        awaiting: awaiting && { ...awaiting, outdated: true },
      },
      options,
    ),
    decision: {
      ...about,
      decision: 'rolled-back',
      code: TRIAL + objection.code,
      reason: failed(trial.asked, objection),
      activeVersion: previous?.version ?? 0,
    },
  };
}

function counted(questions: number): string {
  return questions === 1 ? '1 question' : `${questions} questions`;
}

function passed(
  asked: number,
  { heldOutError, meanConfidence }: ReturnType<typeof trialMeans>,
): string {
  if (meanConfidence === null) return 'no question could be asked under both adapters';
  const aim =
    heldOutError === null
      ? ''
      : `, the distance from their targets from ${heldOutError.before.toFixed(3)} to ${heldOutError.after.toFixed(3)}`;
  const { before, after } = meanConfidence;
  return `over ${counted(asked)} it moved mean confidence from ${before.toFixed(3)} to ${after.toFixed(3)}${aim}`;
}

function failed(asked: number, { reason }: Objection): string {
  return `over ${counted(asked)} on trial ${reason}`;
}
