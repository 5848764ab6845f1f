import { SeclError } from '../errors/secl-error.ts';
import type { TrainingBatch, TrainingSample } from '../events/training-batch.ts';
import { LORA_PROJECTIONS } from '../graph/lora-sites.ts';
import type { LoraTargets } from '../graph/lora-sites.ts';
import { CONFIDENCE_DIGITS } from '../graph/lower-training.ts';
import type { NetworkConfig, Projection } from '../graph/network.ts';

/**
 * Checks a batch against the model it is to be trained on, before anything is computed.
 *
 * @param baseSha256 - Of the model's file.
 * @returns The sites that the batch trains.
 * @throws SeclError `TRAINING_FAILED` if anything makes no sense.
 */
export function checkBatch(
  batch: TrainingBatch,
  config: NetworkConfig,
  baseSha256: string,
): Required<LoraTargets> {
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw trainingFailed(batch, what);
  };
  check(batch.baseSha256 === baseSha256, `is for the model ${batch.baseSha256}, not ${baseSha256}`);
  check(isCount(batch.ordinal, 1), `has the ordinal ${batch.ordinal}`);
  check(
    isCount(batch.parentVersion, 0) && batch.parentVersion < batch.ordinal,
    `has the parent ${batch.parentVersion}`,
  );
  check(
    (batch.parentVersion === 0) === (batch.parentSha256 === null),
    'names a parent without its weights, or weights without a parent',
  );
  check(
    batch.parentSha256 !== null || batch.parentOptimizerSha256 === null,
    'has an optimizer’s state without weights',
  );
  check(batch.samples.length > 0, 'has no samples');
  const isToken = (id: number): boolean => isCount(id, 0) && id < config.vocabularySize;
  check(
    batch.confidenceTokenIds.length === CONFIDENCE_DIGITS &&
      batch.confidenceTokenIds.every(isToken),
    'does not name ten digit tokens',
  );
  for (const [index, sample] of batch.samples.entries()) {
    const fault = sampleFault(sample, config, isToken);
    check(fault === undefined, `has a sample ${index} that ${fault ?? ''}`);
  }
  const trainable = (index: number): boolean =>
    batch.samples[index] !== undefined && batch.samples[index].role !== 'held-out';
  check(
    batch.steps.length > 0 && batch.steps.every((step) => step.length > 0 && step.every(trainable)),
    'has a step without samples, or with one that is held out or not there',
  );
  checkOptimizer(batch, check);
  return checkLora(batch, config, check);
}

/** An error about a batch. */
export function trainingFailed(batch: TrainingBatch, what: string, cause?: unknown): SeclError {
  return new SeclError('TRAINING_FAILED', `Batch ${batch.batchId} ${what}.`, {
    hint: 'The batch stays refused; the adapter in place is kept.',
    cause,
  });
}

function sampleFault(
  { tokenIds, adaptFrom, target, confidence }: TrainingSample,
  config: NetworkConfig,
  isToken: (id: number) => boolean,
): string | undefined {
  if (tokenIds.length === 0 || tokenIds.length > config.contextLength) {
    return `has ${tokenIds.length} tokens`;
  }
  if (!tokenIds.every(isToken)) return 'has a token that the model does not know';
  if (!isCount(adaptFrom, 0) || adaptFrom >= tokenIds.length) return `adapts from ${adaptFrom}`;
  const fractions = [target, confidence].every((value) => value >= 0 && value <= 1);
  return fractions ? undefined : 'has a target or confidence that is no fraction';
}

function checkOptimizer(
  { optimizer, lossParameters }: TrainingBatch,
  check: (holds: boolean, what: string) => void,
): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm } = optimizer;
  const share = (value: number): boolean => value >= 0 && value < 1;
  const positive = (value: number): boolean => value > 0 && Number.isFinite(value);
  check(
    positive(learningRate) && share(beta1) && share(beta2) && positive(epsilon),
    'has an optimizer that makes no sense',
  );
  check(weightDecay >= 0 && Number.isFinite(weightDecay), `decays weights by ${weightDecay}`);
  check(clipNorm > 0, `clips gradients to ${clipNorm}`);
  const { maxStep } = lossParameters;
  check(maxStep === undefined || maxStep > 0, `has steps of at most ${maxStep}`);
}

function checkLora(
  { lora }: TrainingBatch,
  config: NetworkConfig,
  check: (holds: boolean, what: string) => void,
): Required<LoraTargets> {
  const { rank, alpha, lastLayers } = lora;
  check(isCount(rank, 1) && alpha > 0 && Number.isFinite(alpha), `has LoRA of rank ${rank}`);
  check(
    isCount(lastLayers, 1) && lastLayers <= config.layers,
    `trains ${lastLayers} of ${config.layers} layers`,
  );
  const known = (name: string): name is Projection =>
    (LORA_PROJECTIONS as readonly string[]).includes(name);
  const projections = lora.projections.filter(known);
  check(
    projections.length > 0 && projections.length === lora.projections.length,
    `trains the projections ${lora.projections.join()}`,
  );
  return { lastLayers, projections };
}

const isCount = (value: number, least: number): boolean =>
  Number.isInteger(value) && value >= least;
