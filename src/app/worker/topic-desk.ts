import { TRIAL_PASSED_CODE, type AdapterDecision } from '../../events/adapter-decision.ts';
import type { LearningOptions } from '../../learning/learning-options.ts';
import { isTrialCode } from '../../learning/end-trial.ts';
import { ADOPTED } from '../../learning/obey-decision.ts';
import type { SettleOptions } from '../../operators/settle-adapters.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TrainingDesk } from '../training-desk.ts';
import { awaitOutcome, type LineageFollower } from './lineage-follower.ts';

/** What {@link createTopicDesk} needs. */
export interface TopicDeskOptions {
  readonly learning: LearningOptions;
  readonly mode: 'barrier' | 'async';
  /** Shared by all partitions of a worker. */
  readonly follower: LineageFollower;
  readonly load: SettleOptions['load'];
  /** Whether other partitions train the same lineage. */
  readonly shared: boolean;
  readonly clock: Clock;
  /** How long a batch waits for its adapter in `barrier` mode, milliseconds. */
  readonly timeoutMs: number;
  /** Nobody waits for an adapter after this. */
  readonly drain: AbortSignal;
}

/**
 * A desk whose batches are trained by whoever reads their topic: this worker, another one, or a service. Handing in a
 * batch is committing it, so nothing is left to do.
 */
export function createTopicDesk(options: TopicDeskOptions): TrainingDesk {
  const { learning, mode, follower, load, shared, clock, timeoutMs, drain } = options;
  return {
    learning,
    load,
    recordOf: async (version) => {
      await follower.look();
      return follower.recordOf(version);
    },
    decisionsFrom: async (offset) => {
      await follower.look();
      const { decisions, next } = follower.decisionsFrom(offset);
      return {
        decisions: decisions.map(({ decision }) => (shared ? asOrder(decision) : decision)),
        next,
      };
    },
    outcomeOf: async (batchId, signal, ordinal) => {
      if (mode === 'async') {
        await follower.look();
        return follower.outcomeOf(batchId, ordinal);
      }
      const either = AbortSignal.any([signal, drain]);
      return awaitOutcome(follower, { batchId, ordinal }, clock, timeoutMs, either);
    },
    expect: () => undefined,
    begin: () => undefined,
    close: () => Promise.resolve(),
  };
}

/**
 * What a decision means for the partitions that did not make it: where several train one lineage, the order of
 * decisions on their topic says which version acts.
 */
function asOrder(decision: AdapterDecision): AdapterDecision {
  const { decision: kind, version, code } = decision;
  // What it is about was put in place when it began its trial, and may have been replaced since.
  if (code === TRIAL_PASSED_CODE) return decision;
  if (kind === 'accepted')
    return { ...decision, decision: 'rolled-back', code: ADOPTED, activeVersion: version };
  if (kind === 'rolled-back' && isTrialCode(code)) return { ...decision, code: ADOPTED };
  return decision;
}
