import type { ErrorCode } from '../../errors/error-code.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type {
  GenerateRequest,
  LoraAdapter,
  NextTokenRequest,
  ScoreRequest,
} from '../../ports/language-model.ts';
import type { TokenIds } from '../../ports/tokenizer.ts';
import { modelFailed } from './model-failed.ts';
import type { OnnxNetwork } from './onnx-forward-pass.ts';

/** What an inference worker is started with. */
export interface InferenceWorkerData extends OnnxNetwork {
  /** Positions a prompt and what follows it may take. */
  readonly contextLength: number;
  readonly endTokenIds: TokenIds;
}

/** A call for the worker's engine. */
export type EngineCall =
  | {
      readonly kind: 'open';
      readonly prefixes: readonly TokenIds[];
      /** `same`: the present adapter of the scope before. */
      readonly present: LoraAdapter | 'same' | undefined;
      /** `same`: the adapter before it, of the scope before. */
      readonly previous: LoraAdapter | 'same' | undefined;
      readonly adaptAll: boolean;
    }
  | { readonly kind: 'generate'; readonly requests: readonly GenerateRequest[] }
  | { readonly kind: 'next'; readonly requests: readonly NextTokenRequest[] }
  | { readonly kind: 'score'; readonly requests: readonly ScoreRequest[] };

/** To the worker. */
export type MessageToWorker =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly call: EngineCall;
      /** Whether it was cancelled before it was made. */
      readonly cancelled: boolean;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** From the worker. */
export type MessageFromWorker =
  | { readonly kind: 'ready'; readonly runtimeVersion: string }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
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
    error instanceof SeclError ? error : modelFailed('the inference worker failed', error);
  return { code, message, hint, retryable };
}

/** The error that {@link plainError} was made of. */
export function seclError({ code, message, hint, retryable }: PlainError): SeclError {
  return new SeclError(code, message, { retryable, ...(hint !== undefined && { hint }) });
}
