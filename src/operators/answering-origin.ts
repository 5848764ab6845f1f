import type { AdapterScope } from '../events/adapter-scope.ts';
import type { ScoreOrigin } from '../secl/score-of.ts';
import type { LoopedBatch } from './question-batch.ts';

/**
 * Under what a batch's answers are written and judged: the adapter in place where it acts on the whole conversation,
 * else base weights.
 */
export function answeringOrigin(
  origin: ScoreOrigin,
  { adapterVersion }: Pick<LoopedBatch, 'adapterVersion'>,
  scope: AdapterScope,
): ScoreOrigin {
  return { ...origin, adapterVersion: scope === 'conversation' ? adapterVersion : 0 };
}
