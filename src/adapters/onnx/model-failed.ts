import { SeclError } from '../../errors/secl-error.ts';

/** An error of the inference runtime, `MODEL_FAILED`. */
export function modelFailed(what: string, cause: unknown): SeclError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SeclError('MODEL_FAILED', `${what}: ${why}`, {
    hint: 'Check the memory that is free, and build the graph of the model again.',
    cause,
  });
}
