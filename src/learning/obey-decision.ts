import type { AdapterDecision } from '../events/adapter-decision.ts';
import { isTrialCode } from './end-trial.ts';
import type { ActiveAdapter, LearningState } from './learning-state.ts';

/** Code of an order to do as another partition of the lineage did; written nowhere. */
export const ADOPTED = 'ADOPTED';

/** Whether a decision came from outside the fold, which writes the others itself. */
export function isOrder({ decision, code }: AdapterDecision): boolean {
  if (decision === 'rolled-back') return !isTrialCode(code);
  return decision === 'frozen' || decision === 'unfrozen' || decision === 'imported';
}

/**
 * Obeys a decision made by hand: freezes training, lets it go on, leaves an imported version its number, or puts
 * another version in place. An adapter that
 * is being trained from the one that was taken away will be refused when it comes. What was put in place by hand is
 * on no trial. An order to adopt what acts already
 * changes nothing but the count.
 *
 * @param active - The adapter of version `decision.activeVersion`; `null` for 0.
 */
export function obeyDecision(
  state: LearningState,
  { decision, version, activeVersion, code }: AdapterDecision,
  active: ActiveAdapter | null,
): LearningState {
  switch (decision) {
    case 'frozen':
      return { ...state, frozen: true };
    case 'unfrozen':
      return { ...state, frozen: false };
    case 'imported':
      // It has taken its number: the next batch comes after it.
      return { ...state, ordinal: Math.max(state.ordinal, version) };
    case 'rolled-back':
      if (code === ADOPTED && (state.active?.version ?? 0) === activeVersion)
        return { ...state, ordinal: Math.max(state.ordinal, version) };
      return {
        ...state,
        previous: state.active,
        active,
        trial: null,
        awaiting: state.awaiting === null ? null : { ...state.awaiting, outdated: true },
        // Another partition's batch, or a version imported before imports were decisions, has taken its number.
        ordinal: Math.max(state.ordinal, version, activeVersion),
      };
    default:
      return state;
  }
}
