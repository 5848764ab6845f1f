import type { AdapterScope } from './adapter-scope.ts';
import type { LoraSettings } from './training-batch.ts';

/** A measure before training and after it. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** A version of an adapter, on `qa.adapters`, written by trainers alone. May still change. */
export interface AdapterRecord {
  readonly lineage: string;
  /** From 1; the ordinal of the batch it came from. */
  readonly version: number;
  /** Version it was trained from, 0 for none; not always the one before, which may have been refused. */
  readonly parentVersion: number;
  readonly baseSha256: string;
  readonly scope: AdapterScope;
  /** Batch it came from; `null` for an import. */
  readonly batchId: string | null;
  readonly lora: LoraSettings;
  /** Mean loss over the batch's new and replayed samples; `null` for an import. */
  readonly loss: BeforeAfter | null;
  /** Mean absolute distance of confidence from target over the held-out samples; `null` without any. */
  readonly heldOutError: BeforeAfter | null;
  /** Mean confidence over all of the batch's samples, held-out ones included; `null` for an import. */
  readonly meanConfidence: BeforeAfter | null;
  /** Distinct questions of this batch that were trained on. */
  readonly trainedOn: readonly string[];
  /** Positions computed to train, a trained position counted three times. */
  readonly forwardTokens: number;
  readonly trainer: string;
  readonly durationMs: number;
  /** SHA-256 of the safetensors bytes. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** SHA-256 of the optimizer's state after training; `null` for an import. */
  readonly optimizerSha256: string | null;
  /** The bytes themselves up to 512 KiB, else `null`: look them up by `sha256`. */
  readonly weights: Uint8Array | null;
}
