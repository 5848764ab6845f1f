import type { AdapterRecord } from '../events/adapter.ts';
import type { TrainingBatch } from '../events/training-batch.ts';

/** Turns training batches into adapters. */
export interface Trainer {
  /**
   * Trains one batch: `adapter = f(parent's weights, parent's optimizer state, batch)`, and nothing else. The same
   * batch again gives the same adapter, to the bit on the same machine. Weights and optimizer state are in the
   * adapter store before it resolves.
   *
   * @throws SeclError `TRAINING_FAILED` for a batch that makes no sense, another base model, a parent that is not
   *   in the store, or a number that is not finite; `CANCELLED` if the signal fired.
   */
  train(batch: TrainingBatch, signal?: AbortSignal): Promise<AdapterRecord>;
  /** Frees memory and threads. */
  close(): Promise<void>;
}
