import { SeclError } from '../errors/secl-error.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type { LoraSite } from '../ports/language-model.ts';
import { adamStep } from './adam.ts';
import { clipGradients } from './clip-gradients.ts';
import { confidenceAt, lossAt, lossTarget } from './loss-target.ts';
import type { LossTarget } from './loss-target.ts';
import type { OptimizerState } from './optimizer-state.ts';
import type { TrainedLora, TrainingPass } from './training-pass.ts';

/** What a batch starts from. */
export interface TrainingStart {
  readonly sites: readonly LoraSite[];
  readonly optimizer: OptimizerState;
}

/** What became of it. */
export interface TrainingOutcome
  extends TrainingStart, Pick<AdapterRecord, 'loss' | 'heldOutError' | 'meanConfidence'> {
  /** By step. */
  readonly steps: readonly StepReport[];
}

/** One optimizer step. */
export interface StepReport {
  /** Mean over the step's samples, before the step. */
  readonly loss: number;
  /** L2 norm of the mean gradient, before it was clipped. */
  readonly gradientNorm: number;
}

/** What a sample says under one set of weights. */
interface Reading {
  /** Shape `[10]`, renormalised. */
  readonly logProbabilities: Float32Array;
  readonly confidence: number;
}

/** Losses and confidences of all samples under one set of weights. */
interface Measures {
  readonly loss: number;
  readonly heldOutError: number | undefined;
  readonly meanConfidence: number;
}

/**
 * Trains a checked batch: for each of its steps the mean gradient over the step's samples, one sample a run,
 * clipped, and one step of Adam. Measures before the first step and after the last one. Gradients are added up
 * in float64, in the step's order, so that the result is a function of what the runs give.
 *
 * @throws SeclError `TRAINING_FAILED` if a loss, gradient or weight is not finite; what a run throws.
 */
export async function trainBatch(
  batch: TrainingBatch,
  start: TrainingStart,
  pass: TrainingPass,
): Promise<TrainingOutcome> {
  const { rank, alpha } = batch.lora;
  const maxStep = batch.lossParameters['maxStep'] ?? 1;
  const loraOf = (sites: readonly LoraSite[]): TrainedLora => ({
    rank,
    scaling: alpha / rank,
    sites,
  });
  let { sites, optimizer } = start;
  const untrained = await readings(batch, loraOf(sites), pass);
  const losses = batch.samples.map((sample, index) => {
    const { confidence } = untrained[index] as Reading;
    // A replayed sample was taken under another adapter: a bound from there may pull it back, away from its target.
    const from = sample.role === 'replayed' ? { ...sample, confidence } : sample;
    return lossTarget(batch.loss, from, maxStep);
  });
  const before = measured(batch, losses, untrained);
  const steps: StepReport[] = [];
  for (const step of batch.steps) {
    const { gradients, ...report } = await stepGradients(batch, step, losses, loraOf(sites), pass);
    steps.push(report);
    const moved = adamStep(parametersOf(sites), gradients, optimizer, batch.optimizer);
    optimizer = moved.state;
    sites = sites.map((site, index) => ({
      ...site,
      a: finite(moved.parameters[2 * index] as Float32Array, 'weight'),
      b: finite(moved.parameters[2 * index + 1] as Float32Array, 'weight'),
    }));
  }
  const after = measured(batch, losses, await readings(batch, loraOf(sites), pass));
  const { heldOutError } = before;
  return {
    sites,
    optimizer,
    steps,
    loss: { before: before.loss, after: after.loss },
    heldOutError:
      heldOutError === undefined || after.heldOutError === undefined
        ? null
        : { before: heldOutError, after: after.heldOutError },
    meanConfidence: { before: before.meanConfidence, after: after.meanConfidence },
  };
}

/** Weights as the optimizer has them: by site, A before B. */
export function parametersOf(sites: readonly LoraSite[]): readonly Float32Array[] {
  return sites.flatMap(({ a, b }) => [a, b]);
}

async function stepGradients(
  batch: TrainingBatch,
  step: readonly number[],
  losses: readonly LossTarget[],
  lora: TrainedLora,
  pass: TrainingPass,
): Promise<StepReport & { readonly gradients: readonly Float64Array[] }> {
  const sums = parametersOf(lora.sites).map(({ length }) => new Float64Array(length));
  let loss = 0;
  for (const index of step) {
    const sample = batch.samples[index] as (typeof batch.samples)[number];
    const one = await pass.differentiate(sample, lora, losses[index] as LossTarget);
    loss += one.loss / step.length;
    one.gradients.forEach((gradient, parameter) => {
      const sum = sums[parameter] as Float64Array;
      gradient.forEach((value, i) => (sum[i] = (sum[i] as number) + value / step.length));
    });
  }
  const gradientNorm = clipGradients(sums, batch.optimizer.clipNorm);
  finite([loss, gradientNorm], 'loss or gradient');
  return { loss, gradientNorm, gradients: sums };
}

async function readings(
  batch: TrainingBatch,
  lora: TrainedLora,
  pass: TrainingPass,
): Promise<readonly Reading[]> {
  const read: Reading[] = [];
  for (const sample of batch.samples) {
    const logProbabilities = await pass.measure(sample, lora);
    const confidence = confidenceAt(logProbabilities);
    finite([confidence], 'confidence');
    read.push({ logProbabilities, confidence });
  }
  return read;
}

function measured(
  batch: TrainingBatch,
  losses: readonly LossTarget[],
  read: readonly Reading[],
): Measures {
  const trained: number[] = [];
  const errors: number[] = [];
  for (const [index, sample] of batch.samples.entries()) {
    const { logProbabilities, confidence } = read[index] as Reading;
    if (sample.role === 'held-out') errors.push(Math.abs(confidence - sample.target));
    else trained.push(lossAt(losses[index] as LossTarget, logProbabilities));
  }
  finite(trained, 'loss');
  return {
    loss: mean(trained),
    heldOutError: errors.length === 0 ? undefined : mean(errors),
    meanConfidence: mean(read.map(({ confidence }) => confidence)),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function finite<T extends Iterable<number>>(values: T, what: string): T {
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new SeclError('TRAINING_FAILED', `A ${what} became ${value}.`, {
        hint: 'Lower the learning rate, or start from another parent.',
      });
    }
  }
  return values;
}
