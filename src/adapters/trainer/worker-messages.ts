import type { ErrorCode } from '../../errors/error-code.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { TrainingBatch } from '../../events/training-batch.ts';
import type { TrainingOutcome } from '../../training/train-batch.ts';

/** What a training worker is started with. */
export interface TrainerWorkerData {
  readonly ggufPath: string;
  /** SHA-256 of that file, lower-case hex. */
  readonly baseSha256: string;
  /** Folder that the training graphs and their weights are kept in. */
  readonly folder: string;
  readonly threads: number;
  /** Most bytes of frozen keys, values and hidden states that are kept. */
  readonly frozenBytes: number;
}

/** A batch and what it starts from, looked up by the thread that has the store. */
export interface TrainCall {
  readonly batch: TrainingBatch;
  /** The parent's weights, `null` without a parent. */
  readonly parent: Uint8Array | null;
  /** The parent's optimizer state, `null` to start afresh. */
  readonly optimizer: Uint8Array | null;
}

/** A trained batch. */
export interface TrainResult extends Pick<
  TrainingOutcome,
  'loss' | 'heldOutError' | 'meanConfidence' | 'steps'
> {
  /** PEFT's safetensors. */
  readonly weights: Uint8Array;
  readonly optimizer: Uint8Array;
  readonly forwardTokens: number;
}

/** To the worker. */
export type MessageToTrainer =
  | {
      readonly kind: 'train';
      readonly id: number;
      readonly call: TrainCall;
      /** Whether it was cancelled before it was made. */
      readonly cancelled: boolean;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** From the worker. */
export type MessageFromTrainer =
  | { readonly kind: 'ready'; readonly runtimeVersion: string }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'result'; readonly id: number; readonly value: TrainResult }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError };

/** A SeclError that can be cloned. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  readonly retryable: boolean;
}

/** Makes any thrown value cloneable; what is no SeclError is the runtime's failure. Never throws. */
export function plainError(error: unknown): PlainError {
  const { code, message, hint, retryable } =
    error instanceof SeclError ? error : trainerFailed('the training worker failed', error);
  return { code, message, hint, retryable };
}

/** The error that {@link plainError} was made of. */
export function seclError({ code, message, hint, retryable }: PlainError): SeclError {
  return new SeclError(code, message, { retryable, ...(hint !== undefined && { hint }) });
}

/** An error of the runtime or the thread, `TRAINING_FAILED`. */
export function trainerFailed(what: string, cause: unknown): SeclError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SeclError('TRAINING_FAILED', `${what}: ${why}`, {
    hint: 'Check the memory and the disk space that are free.',
    cause,
  });
}
