import type { TrainingSample } from '../events/training-batch.ts';
import type { LoraSite } from '../ports/language-model.ts';
import type { LossTarget } from './loss-target.ts';

/** LoRA weights under way. */
export interface TrainedLora {
  readonly rank: number;
  /** `alpha / rank`. */
  readonly scaling: number;
  readonly sites: readonly LoraSite[];
}

/** A loss and how it changes with each weight. */
export interface LossGradients {
  readonly loss: number;
  /** In the order of the sites, A before B, in their shapes. */
  readonly gradients: readonly Float32Array[];
}

/** Runs a network under LoRA weights; what training asks of a runtime. Rejects with `CANCELLED` once cancelled. */
export interface TrainingPass {
  /** Log probabilities of the ten digits at a sample's last position, renormalised, shape `[10]`. */
  measure(sample: TrainingSample, lora: TrainedLora): Promise<Float32Array>;
  differentiate(
    sample: TrainingSample,
    lora: TrainedLora,
    loss: LossTarget,
  ): Promise<LossGradients>;
}
