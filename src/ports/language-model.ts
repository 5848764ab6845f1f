import type { TokenIds, Tokenizer } from './tokenizer.ts';

/** What model answers, precisely enough to name a cache or refuse an adapter. */
export interface ModelDescription {
  /** Catalogue name, or the file's base name. */
  readonly name: string;
  /** `general.architecture` of the GGUF, e.g. `qwen2`. */
  readonly architecture: string;
  /** SHA-256 of the GGUF file, lower-case hex. */
  readonly fileSha256: string;
  /** Precision of the inference graph's weights. */
  readonly precision: 'int8' | 'int4' | 'fp32';
  /** Positions a prompt and its answer may take: what the model was made for, or its cache holds if less. */
  readonly contextLength: number;
  /** V. */
  readonly vocabularySize: number;
  /** D. */
  readonly hiddenSize: number;
  readonly layers: number;
  /**
   * Hash over everything that can change a floating-point result: file, precision, graph version,
   * runtime version, threads, processor type.
   */
  readonly fingerprint: string;
}

/**
 * Positions, counted once each. `computed` is what was paid: prompt − cached + generated + scored (less
 * where a text was cancelled). A position that several requests of a call need is paid by the first of
 * them. A cached position whose distribution is asked for again (a prompt's last) is computed again, and
 * counts as computed. Prefixes that scopes share are in no ledger: whichever scope came first would pay.
 */
export interface TokenLedger {
  /** Positions of the prompts as given. */
  readonly prompt: number;
  /** Of those, the positions that a cache or a shared prefix served. */
  readonly cached: number;
  /** Positions computed to write new tokens (the first token of an answer costs none). */
  readonly generated: number;
  /** Positions computed to score a given continuation. */
  readonly scored: number;
  /** Positions the network really ran over. */
  readonly computed: number;
}

/** One token of an answer as the model saw it when writing or scoring it. */
export interface TokenTrace {
  readonly id: number;
  /** Natural logarithm of its probability under the base model (temperature 1). */
  readonly logProbability: number;
  /** Entropy of the distribution it was taken from, in nats. */
  readonly entropyNats: number;
}

/** A candidate for the next token. */
export interface TokenCandidate {
  readonly id: number;
  readonly logProbability: number;
}

/** Seeded sampling; absent means greedy. */
export interface Sampling {
  /** Above 0. */
  readonly temperature: number;
  /** Nucleus mass in `(0, 1]`. @defaultValue 1 */
  readonly topP?: number;
  readonly seed: number;
}

/** Asks for a text after a prompt. */
export interface GenerateRequest {
  readonly prompt: TokenIds;
  /** Most tokens to write, at least 1. */
  readonly maxTokens: number;
  /** Ids that end the text besides the model's own end tokens, e.g. a line break. */
  readonly stopTokenIds?: TokenIds;
  readonly sampling?: Sampling;
  /** How many most probable first tokens to report. @defaultValue 0 */
  readonly firstCandidates?: number;
  /** Whether to report the hidden state at the prompt's last position. @defaultValue false */
  readonly hidden?: boolean;
}

/** A text the model wrote. */
export interface GenerateResult {
  /** Without the end token. */
  readonly tokens: readonly TokenTrace[];
  /** Decoded `tokens`. */
  readonly text: string;
  /**
   * `length`: cut by `maxTokens`. `cancelled`: the signal fired. `failed`: the network gave a logit that is not
   * finite, so there is no next token. After the last two `tokens` hold what there was.
   */
  readonly finishReason: 'stop' | 'length' | 'cancelled' | 'failed';
  /** Entropy in nats of the first token's distribution; NaN if it was cancelled or failed before. */
  readonly firstEntropyNats: number;
  /** Most probable first tokens, best first; ties by lower id. */
  readonly firstCandidates: readonly TokenCandidate[];
  /** Final norm's output at the prompt's last position, base weights, unit length, shape `[D]`. */
  readonly hidden: Float32Array | undefined;
  readonly ledger: TokenLedger;
}

/** Asks for the next-token distribution after a prompt, at named tokens. */
export interface NextTokenRequest {
  readonly prompt: TokenIds;
  /** Tokens whose probability is wanted. */
  readonly tokens: TokenIds;
  /**
   * First position of the prompt that the adapter acts on; absent: base weights everywhere.
   * `prompt.length - 1` is the scope `position`. Positions from here on are never served from, nor
   * left in, a cache.
   */
  readonly adaptFrom?: number;
  /**
   * From `adaptFrom` on the adapter that acted before acts in the place of the present one; where there was none,
   * base weights do. Such positions are computed after those of the call's other requests, in runs of their own, and
   * leave nothing behind: whatever comes later is the same with and without them.
   */
  readonly previous?: true;
  /** How many most probable tokens to report. @defaultValue 0 */
  readonly candidates?: number;
  /** Whether to report the hidden state at the last position. @defaultValue false */
  readonly hidden?: boolean;
}

/** A next-token distribution at the tokens that were named. */
export interface NextTokenResult {
  /** Log probability of each of the request's `tokens`, same order. */
  readonly logProbabilities: readonly number[];
  /** Entropy of the whole distribution, in nats. */
  readonly entropyNats: number;
  readonly candidates: readonly TokenCandidate[];
  readonly hidden: Float32Array | undefined;
  /** Version of the adapter that acted, 0 for none. */
  readonly adapterVersion: number;
  readonly ledger: TokenLedger;
}

/** Asks how probable a given continuation is, token by token (forced scoring). */
export interface ScoreRequest {
  readonly prompt: TokenIds;
  readonly continuation: TokenIds;
  /** As in {@link GenerateRequest}. */
  readonly firstCandidates?: number;
  readonly hidden?: boolean;
}

/** A scored continuation. */
export interface ScoreResult {
  readonly tokens: readonly TokenTrace[];
  readonly firstCandidates: readonly TokenCandidate[];
  readonly hidden: Float32Array | undefined;
  readonly ledger: TokenLedger;
}

/**
 * A stretch of work whose prompts share caches. Within a scope a position is computed once for every
 * request whose token ids agree up to it, in the same call or a later one; nothing else is shared, so
 * results are a function of the scope's own calls. Requests of one call run together.
 *
 * Calls of one scope run in the order they were made. Closing frees its cache, after the calls made before.
 *
 * A call rejects with `PRECONDITION` for a request that makes no sense or a closed scope, `CONTEXT_OVERFLOW`
 * for a prompt longer than the context, `MODEL_FAILED` if the runtime fails; `next` and `score` with
 * `CANCELLED` if the signal fired.
 */
export interface ModelScope {
  /** Writes on after each prompt. Results come in the order of the requests. */
  generate(requests: readonly GenerateRequest[], signal?: AbortSignal): Promise<GenerateResult[]>;
  /** Probabilities of the token after each prompt. */
  next(requests: readonly NextTokenRequest[], signal?: AbortSignal): Promise<NextTokenResult[]>;
  /** Log probabilities of given continuations. */
  score(requests: readonly ScoreRequest[], signal?: AbortSignal): Promise<ScoreResult[]>;
  /** Gives the caches back; another scope may then begin. */
  close(): Promise<void>;
}

/** LoRA weights of one projection: `y += scaling · (x·Aᵀ)·Bᵀ`, PEFT's shapes. */
export interface LoraSite {
  /** Layer, from 0. */
  readonly layer: number;
  readonly projection: LoraProjection;
  /** `lora_A`, shape `[R, in]`, row-major. */
  readonly a: Float32Array;
  /** `lora_B`, shape `[out, R]`, row-major. */
  readonly b: Float32Array;
}

/** Projections that can carry LoRA. */
export const LORA_PROJECTIONS = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const;

/** One of {@link LORA_PROJECTIONS}. */
export type LoraProjection = (typeof LORA_PROJECTIONS)[number];

/** Weights that act where a request says so. */
export interface LoraAdapter {
  /** At least 1. */
  readonly version: number;
  readonly rank: number;
  /** `lora_alpha / rank`. */
  readonly scaling: number;
  readonly sites: readonly LoraSite[];
}

/** Adapters that are in place together; `undefined`: base weights. */
export interface PlacedAdapters {
  readonly present: LoraAdapter | undefined;
  /** For requests that ask for the one before. */
  readonly previous: LoraAdapter | undefined;
}

/** How a scope is opened. */
export interface ScopeOptions {
  /**
   * The adapter acts on every position of every request, those of shared prefixes included, wherever a request would
   * have it act: nothing is served from what base weights or another adapter computed. Without an adapter it is a
   * scope as any other. @defaultValue false
   */
  readonly adaptAll?: boolean;
}

/** Answers, and next-token probabilities, from one language model. */
export interface LanguageModel {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  /**
   * Opens a scope; scopes opened while another is open queue up behind it.
   *
   * @param sharedPrefixes - Prefixes known to recur from scope to scope (instructions). They are computed
   *   once per model (and adapter, where that acts on them), alone, and served to every later scope.
   */
  openScope(sharedPrefixes?: readonly TokenIds[], options?: ScopeOptions): Promise<ModelScope>;
  /**
   * Puts an adapter in place for scopes opened from now on; `undefined` takes it away.
   *
   * @param previous - The one that acted before, for requests that ask for it. @defaultValue none: base weights
   * @throws SeclError `ADAPTER_REFUSED` if a site is unknown, a shape is wrong or a number is not finite.
   */
  setAdapter(adapter: LoraAdapter | undefined, previous?: LoraAdapter): Promise<void>;
  /** Frees memory and threads. */
  close(): Promise<void>;
}
