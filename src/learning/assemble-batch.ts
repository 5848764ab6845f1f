import type { TrainingBatch } from '../events/training-batch.ts';
import { seededRandom } from '../random/seeded-random.ts';
import type { LearningOptions } from './learning-options.ts';
import type { LearningState } from './learning-state.ts';
import { planSteps, replayedPerStep } from './plan-steps.ts';

/** Most held-out samples that a batch measures. */
const HELD_OUT = 8;

/** The largest number that the record of a version holds. */
const MOST_VERSION = 2 ** 31 - 1;

/**
 * Makes a training batch of the samples that wait, if there are any and nothing stands in the way: a batch whose
 * adapter has not come, a freeze, a rest after refusals, no number that is left. Samples that no step descends wait on.
 *
 * @param batchIdOf - Hash of lineage and ordinal.
 * @returns The batch, and the state that awaits its adapter; or `null` and the state as it was.
 */
export function assembleBatch(
  state: LearningState,
  options: LearningOptions,
  batchIdOf: (lineage: string, ordinal: number) => string,
): { readonly state: LearningState; readonly batch: TrainingBatch | null } {
  const resting = state.answered < state.restUntil;
  // A decision may name any number, and whoever obeys it takes it for one that is taken.
  const isSpent = state.ordinal >= MOST_VERSION;
  if (state.fresh.length === 0 || state.awaiting !== null || state.frozen || resting || isSpent)
    return { state, batch: null };
  const ordinal = state.ordinal + 1;
  const random = seededRandom(options.seed).fork(`batch ${ordinal}`);
  const { steps, samplesPerStep, replayShare } = options;
  const replayed = random
    .shuffle(state.memory)
    .slice(0, replayedPerStep(samplesPerStep, replayShare) * steps)
    .map(({ sample }) => ({ ...sample, role: 'replayed' as const }));
  const fresh = state.fresh.map(({ sample }) => sample);
  const heldOut = state.heldOut.slice(-HELD_OUT).map(({ sample }) => sample);
  const batchId = batchIdOf(options.lineage, ordinal);
  const parent = state.active;
  const plan = planSteps(
    fresh.length,
    replayed.length,
    { steps, samplesPerStep, share: replayShare },
    random,
  );
  const used = new Set(plan.flat());
  const batch: TrainingBatch = {
    batchId,
    lineage: options.lineage,
    ordinal,
    scope: options.scope,
    confidenceTokenIds: options.confidenceTokenIds,
    loss: options.loss,
    lossParameters: { maxStep: options.maxStep },
    lora: parent?.lora ?? options.lora,
    optimizer: options.optimizer,
    parentVersion: parent?.version ?? 0,
    parentSha256: parent?.sha256 ?? null,
    parentOptimizerSha256: parent?.optimizerSha256 ?? null,
    baseSha256: options.baseSha256,
    seed: random.integer(2 ** 32),
    samples: [...fresh, ...replayed, ...heldOut],
    steps: plan,
  };
  return {
    batch,
    state: {
      ...state,
      ordinal,
      awaiting: { batchId, ordinal, samples: state.fresh.filter((_, i) => used.has(i)) },
      fresh: state.fresh.filter((_, i) => !used.has(i)),
    },
  };
}
