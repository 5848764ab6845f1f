import { SeclError } from '../../errors/secl-error.ts';
import type { AdapterRecord, BeforeAfter } from '../../events/adapter.ts';
import type { TrainingBatch, TrainingSample } from '../../events/training-batch.ts';
import type { AdapterStore } from '../../ports/adapter-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenIds } from '../../ports/tokenizer.ts';
import type { Trainer } from '../../ports/trainer.ts';
import { verbalizedConfidence } from '../../secl/verbalized-confidence.ts';
import { encodeStandInAdapter, shiftOf } from './stand-in-adapter.ts';
import { StandInNetwork } from './stand-in-network.ts';
import { standInVocabulary } from './stand-in-vocabulary.ts';

/** How much of a step's velocity the shift takes on: confidence moves by at most 0.9 per unit of shift. */
const RATE = 0.5;
/** How much of the velocity before a step keeps: with {@link RATE}, four steps close most of a gap. */
const MOMENTUM = 0.5;
/** Weights up to this size go into the record itself. */
const INLINE_BYTES = 512 * 1024;

/** What {@link createStandInTrainer} needs. */
export interface StandInTrainerOptions {
  /** That of the stand-in model. @defaultValue 0 */
  readonly seed?: number;
  /** The stand-in's file hash; batches of another model are refused. */
  readonly baseSha256: string;
  readonly store: AdapterStore;
  readonly clock: Clock;
}

/** The digits' logits that a prompt ends in, shape `[10]`, without any adapter. */
type DigitLogits = readonly number[];

/**
 * A trainer for the stand-in language model: it has one number to train, the shift of its adapter, and moves it by
 * gradient-like steps with momentum until the mean confidence of a step's samples is their mean target, whatever the
 * batch's loss and optimizer. What it promises is what a real one does: the same batch gives the same bytes, parent
 * and optimizer state come from the store.
 */
export function createStandInTrainer(options: StandInTrainerOptions): Trainer {
  const network = new StandInNetwork(standInVocabulary(), options.seed ?? 0);
  return {
    train: (batch, signal) => train(batch, network, options, signal),
    close: () => Promise.resolve(),
  };
}

async function train(
  batch: TrainingBatch,
  network: StandInNetwork,
  { baseSha256, store, clock }: StandInTrainerOptions,
  signal: AbortSignal | undefined,
): Promise<AdapterRecord> {
  const startedMs = clock.monotonicMs();
  checkBatch(batch, baseSha256);
  const kept = async (sha256: string | null): Promise<Uint8Array | undefined> => {
    const bytes = sha256 === null ? undefined : await store.get(sha256);
    if (sha256 !== null && bytes === undefined) fail(`${sha256} is not in the adapter store`);
    return bytes;
  };
  const parentShift = shiftOf(await kept(batch.parentSha256), batch.lora);
  let velocity = decodeVelocity(await kept(batch.parentOptimizerSha256));
  if (signal?.aborted === true) throw new SeclError('CANCELLED', 'the training was cancelled');
  const logits = batch.samples.map(({ tokenIds }) => digitLogits(network, tokenIds, batch));
  let trained = parentShift;
  for (const step of batch.steps) {
    const gaps = step.map((at) => gapOf(batch.samples, logits, at, trained));
    velocity = MOMENTUM * velocity + mean(gaps);
    trained += RATE * velocity;
  }
  const weights = encodeStandInAdapter(trained, batch.lora);
  if (weights === undefined) fail('the stand-in has none of its projections');
  // Weights are kept in single precision: measured is what acts.
  const shift = shiftOf(weights, batch.lora);
  if (!Number.isFinite(shift)) fail('the shift is not finite');
  const sha256 = await store.put(weights);
  const optimizerSha256 = await store.put(encodeVelocity(velocity));

  const compared = (measure: (shift: number) => number): BeforeAfter => ({
    before: measure(parentShift),
    after: measure(shift),
  });
  const indices = batch.samples.map((_, at) => at);
  const heldOut = indices.filter((at) => batch.samples[at]?.role === 'held-out');
  const learnt = indices.filter((at) => batch.samples[at]?.role !== 'held-out');
  const gapsOf = (chosen: readonly number[], at: number): number[] =>
    chosen.map((i) => gapOf(batch.samples, logits, i, at));
  const steps = batch.steps.flat();
  return {
    lineage: batch.lineage,
    version: batch.ordinal,
    parentVersion: batch.parentVersion,
    baseSha256: batch.baseSha256,
    scope: batch.scope,
    batchId: batch.batchId,
    lora: batch.lora,
    loss: compared((at) => mean(gapsOf(learnt, at).map((gap) => gap * gap))),
    heldOutError:
      heldOut.length === 0 ? null : compared((at) => mean(gapsOf(heldOut, at).map(Math.abs))),
    meanConfidence: compared((at) => mean(logits.map((digits) => confidenceAt(digits, at)))),
    trainedOn: [...new Set(steps.map((at) => batch.samples[at]?.questionId ?? ''))],
    forwardTokens:
      batch.samples.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0) + 3 * steps.length,
    trainer: 'stand-in',
    durationMs: clock.monotonicMs() - startedMs,
    sha256,
    sizeBytes: weights.byteLength,
    optimizerSha256,
    weights: weights.byteLength <= INLINE_BYTES ? weights : null,
  };
}

function checkBatch(batch: TrainingBatch, baseSha256: string): void {
  const { samples, steps } = batch;
  if (batch.baseSha256 !== baseSha256) fail('it is of another base model');
  if (steps.length === 0) fail('it has no steps');
  for (const step of steps) {
    if (step.length === 0) fail('a step has no samples');
    for (const at of step) {
      const sample = samples[at];
      if (sample === undefined || sample.role === 'held-out') fail(`a step descends sample ${at}`);
    }
  }
  for (const { target } of samples)
    if (!(target >= 0 && target <= 1)) fail(`a target is ${target}`);
}

function fail(why: string): never {
  throw new SeclError('TRAINING_FAILED', `the batch could not be trained on: ${why}`);
}

function digitLogits(
  network: StandInNetwork,
  tokenIds: TokenIds,
  { confidenceTokenIds }: Pick<TrainingBatch, 'confidenceTokenIds'>,
): DigitLogits {
  const state = tokenIds.reduce((at, token) => network.step(at, token), network.initial);
  const { ids, logits, floor } = network.distribution(state, 0);
  return confidenceTokenIds.map((id) => logits[ids.indexOf(id)] ?? floor);
}

/** Expected confidence when an adapter adds `shift` per digit above 4.5, as the network does. */
function confidenceAt(digits: DigitLogits, shift: number): number {
  const shifted = digits.map((logit, digit) => logit + shift * (digit - 4.5));
  return verbalizedConfidence(shifted)?.confidence ?? NaN;
}

/** How far a sample's confidence is below its target. */
function gapOf(
  samples: readonly TrainingSample[],
  logits: readonly DigitLogits[],
  at: number,
  shift: number,
): number {
  return (samples[at]?.target ?? NaN) - confidenceAt(logits[at] as DigitLogits, shift);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function encodeVelocity(velocity: number): Uint8Array {
  return new Uint8Array(Float64Array.of(velocity).buffer);
}

function decodeVelocity(bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return 0;
  if (bytes.byteLength !== 8) fail('the optimizer state is of another trainer');
  return new Float64Array(bytes.slice().buffer)[0] as number;
}
