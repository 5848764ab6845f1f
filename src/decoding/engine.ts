import type {
  GenerateRequest,
  GenerateResult,
  NextTokenRequest,
  NextTokenResult,
  PlacedAdapters,
  ScoreRequest,
  ScoreResult,
} from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';

/** A generated text before it is decoded. */
export type GeneratedTokens = Omit<GenerateResult, 'text'>;

/** A next-token distribution before it is known which adapter acted. */
export type NextTokens = Omit<NextTokenResult, 'adapterVersion'>;

/** Adapters of a scope. */
export interface ScopeAdapters extends PlacedAdapters {
  /** The present one acts on every position of every request that does not ask for the one before. */
  readonly adaptAll: boolean;
}

/** Base weights everywhere. */
export const NO_ADAPTERS: ScopeAdapters = {
  present: undefined,
  previous: undefined,
  adaptAll: false,
};

/**
 * What answers the calls of one scope at a time; in a worker thread, or right here.
 * Calls never overlap. Requests have been checked.
 */
export interface Engine {
  /** Starts a scope; ends the one before. */
  open(sharedPrefixes: readonly TokenIds[], adapters: ScopeAdapters): Promise<void>;
  generate(requests: readonly GenerateRequest[], signal?: AbortSignal): Promise<GeneratedTokens[]>;
  /** @throws SeclError `CANCELLED`. */
  next(requests: readonly NextTokenRequest[], signal?: AbortSignal): Promise<NextTokens[]>;
  /** @throws SeclError `CANCELLED`. */
  score(requests: readonly ScoreRequest[], signal?: AbortSignal): Promise<ScoreResult[]>;
  /** Frees everything; a call that is running is cancelled, if it ends at all. */
  close(): Promise<void>;
}
