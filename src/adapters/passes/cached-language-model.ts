import {
  checkGenerateRequest,
  checkNextTokenRequest,
  checkScoreRequest,
  checkSharedPrefixes,
} from '../../decoding/check-requests.ts';
import { PositionAccount } from '../../decoding/position-account.ts';
import { precondition, SeclError } from '../../errors/secl-error.ts';
import type {
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  PlacedAdapters,
  ModelDescription,
  ModelScope,
  NextTokenRequest,
  NextTokenResult,
  ScopeOptions,
  ScoreRequest,
  ScoreResult,
  TokenLedger,
} from '../../ports/language-model.ts';
import type { TokenIds } from '../../ports/tokenizer.ts';
import { passKey, type PassFile } from './pass-file.ts';
import { readPass, writePass } from './pass-text.ts';

/** How {@link cachedLanguageModel} tells of its work. */
export interface CachedModelOptions {
  /**
   * Told of each call: milliseconds that its results took, served ones as long as they took when they were
   * computed. A result's part of a call is its share of the positions.
   */
  readonly onModelMs?: (ms: number) => void;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** A result without its ledger, which depends on the company, and what it took. */
interface Kept<Result> {
  readonly result: Omit<Result, 'ledger'>;
  readonly ms: number;
}

/** One scope over the kept passes. */
class CachedScope implements ModelScope {
  readonly #description: ModelDescription;
  readonly #file: PassFile;
  readonly #options: CachedModelOptions;
  readonly #adapted: boolean;
  /** Whether nothing may be served or kept: an adapter acts on all of it. */
  readonly #bypass: boolean;
  readonly #account: PositionAccount;
  readonly #open: () => Promise<ModelScope>;
  readonly #onClose: () => void;
  readonly #ended: AbortSignal;
  #opening: Promise<ModelScope> | undefined;
  #closed: Promise<void> | undefined;
  /** Calls run in the order they were made, as the account needs it. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    readonly description: ModelDescription;
    readonly file: PassFile;
    readonly options: CachedModelOptions;
    readonly adapted: boolean;
    readonly bypass: boolean;
    readonly account: PositionAccount;
    readonly open: () => Promise<ModelScope>;
    readonly onClose: () => void;
    /** Fires when the model is closed. */
    readonly ended: AbortSignal;
  }) {
    this.#description = parts.description;
    this.#file = parts.file;
    this.#options = parts.options;
    this.#adapted = parts.adapted;
    this.#bypass = parts.bypass;
    this.#account = parts.account;
    this.#open = parts.open;
    this.#onClose = parts.onClose;
    this.#ended = parts.ended;
  }

  generate(requests: readonly GenerateRequest[], signal?: AbortSignal): Promise<GenerateResult[]> {
    return this.#call(async () => {
      for (const request of requests) checkGenerateRequest(request, this.#description);
      if (this.#bypass)
        return this.#timed(async () => (await this.#scope()).generate(requests, signal));
      const results = await this.#through<GenerateRequest, GenerateResult>(
        'generate',
        requests,
        async (missing) => (await this.#scope()).generate(missing, signal),
        signal,
        (_, result) => result.finishReason !== 'cancelled',
      );
      // What a cancelled text cost nobody can say but who wrote it.
      const begun = results.flatMap((result, i) =>
        result.finishReason === 'cancelled' && result.ledger.computed === 0 ? [] : [i],
      );
      const ledgers = this.#account.generate(
        begun.map((i) => requests[i] as GenerateRequest),
        begun.map((i) => results[i] as GenerateResult),
      );
      const whole = [...results];
      begun.forEach((i, at) => {
        const result = results[i] as GenerateResult;
        if (result.finishReason !== 'cancelled') whole[i] = withLedger(result, ledgers[at]);
      });
      return whole;
    });
  }

  next(requests: readonly NextTokenRequest[], signal?: AbortSignal): Promise<NextTokenResult[]> {
    return this.#call(async () => {
      for (const request of requests) checkNextTokenRequest(request, this.#description);
      if (this.#bypass)
        return this.#timed(async () => (await this.#scope()).next(requests, signal));
      const results = await this.#through<NextTokenRequest, NextTokenResult>(
        'next',
        requests,
        async (missing) => (await this.#scope()).next(missing, signal),
        signal,
        ({ adaptFrom, previous }) =>
          previous !== true && (adaptFrom === undefined || !this.#adapted),
        // Without an adapter the place where it would act changes nothing.
        ({ adaptFrom, ...request }) => (this.#adapted ? { ...request, adaptFrom } : request),
      );
      const ledgers = this.#account.next(requests);
      return results.map((result, i) => withLedger(result, ledgers[i]));
    });
  }

  score(requests: readonly ScoreRequest[], signal?: AbortSignal): Promise<ScoreResult[]> {
    return this.#call(async () => {
      for (const request of requests) checkScoreRequest(request, this.#description);
      if (this.#bypass)
        return this.#timed(async () => (await this.#scope()).score(requests, signal));
      const results = await this.#through<ScoreRequest, ScoreResult>(
        'score',
        requests,
        async (missing) => (await this.#scope()).score(missing, signal),
        signal,
        () => true,
      );
      const ledgers = this.#account.score(requests);
      return results.map((result, i) => withLedger(result, ledgers[i]));
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#last
      // A scope that could not be opened has nothing to close; who called it knows.
      .then(() => this.#opening?.catch(() => undefined))
      .then((scope) => scope?.close())
      .finally(this.#onClose);
    return this.#closed;
  }

  /** Opened at the first pass that is not kept: a batch that is all kept leaves the model alone. */
  #scope(): Promise<ModelScope> {
    return (this.#opening ??= this.#open());
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended.aborted) throw modelClosed();
    precondition(this.#closed === undefined, 'the scope is closed');
    const mine = this.#last.then(work).catch((error: unknown) => {
      throw this.#ended.aborted ? modelClosed() : error;
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Runs a call that is neither served nor kept. */
  async #timed<T>(call: () => Promise<T>): Promise<T> {
    const startedMs = this.#options.nowMs();
    const results = await call();
    this.#options.onModelMs?.(this.#options.nowMs() - startedMs);
    return results;
  }

  /** Serves what is kept, computes the rest in one call, puts it into the file. */
  async #through<Request, Result extends { readonly ledger: TokenLedger }>(
    kind: string,
    requests: readonly Request[],
    compute: (missing: readonly Request[]) => Promise<Result[]>,
    signal: AbortSignal | undefined,
    mayKeep: (request: Request, result: Result) => boolean,
    identify: (request: Request) => unknown = (request) => request,
  ): Promise<Result[]> {
    const { nowMs, onModelMs } = this.#options;
    const keys = requests.map((request) =>
      passKey([this.#description.fingerprint, kind, identify(request)]),
    );
    // One that is cancelled ends as the model ends it.
    const known = keys.map((key) => (signal?.aborted === true ? undefined : this.#file.get(key)));
    const missing = requests.filter((_, i) => known[i] === undefined);
    const startedMs = nowMs();
    const computed = missing.length === 0 ? [] : await compute(missing);
    const tookMs = nowMs() - startedMs;
    const positions = computed.reduce((sum, { ledger }) => sum + ledger.computed, 0);
    let ms = 0;
    let next = 0;
    const results = requests.map((request, i): Result => {
      const line = known[i];
      if (line !== undefined) {
        const kept = readPass(line) as Kept<Result>;
        ms += kept.ms;
        // Every result says whether it has a hidden state.
        return { hidden: undefined, ...kept.result } as unknown as Result;
      }
      const made = computed[next++] as Result;
      const share =
        positions === 0 ? tookMs / computed.length : (tookMs * made.ledger.computed) / positions;
      ms += share;
      if (mayKeep(request, made)) {
        const { ledger: _, ...result } = made;
        this.#file.put(keys[i] as string, writePass({ result, ms: share } satisfies Kept<Result>));
      }
      return made;
    });
    onModelMs?.(ms);
    return results;
  }
}

const NO_ADAPTERS: PlacedAdapters = { present: undefined, previous: undefined };

function modelClosed(): SeclError {
  return new SeclError('CANCELLED', 'the language model was closed');
}

function withLedger<Result>(result: Result, ledger: TokenLedger | undefined): Result {
  return { ...result, ledger };
}

/**
 * The model of `inner`, whose results on base weights are kept in a file and served from there: strategies over
 * one stream share their passes, whatever adapter the one or the other has. What an adapter acts on is always
 * computed.
 *
 * Ledgers do not tell who computed a pass first: each is what the caller would have paid with these calls alone,
 * counted by {@link PositionAccount}.
 *
 * Results on quantised weights depend on who shares a run, and on what a scope has computed before; a served one is
 * the one that was computed first. So whoever opened the file makes it durable, when all of a batch is: a batch that
 * was cut off is then done again as a whole, and comes to what it would have come to.
 */
export function cachedLanguageModel(
  inner: LanguageModel,
  file: PassFile,
  options: CachedModelOptions,
): LanguageModel {
  let current: PlacedAdapters = NO_ADAPTERS;
  let placed: PlacedAdapters = NO_ADAPTERS;
  let closed: Promise<void> | undefined;
  const end = new AbortController();
  /** Ends when the scope opened last is closed: scopes queue up, as those of the model do. */
  let turn: Promise<void> = Promise.resolve();
  const open = new Set<() => void>();
  const leaveAll = (): void => {
    for (const leave of open) leave();
  };

  return {
    description: inner.description,
    tokenizer: inner.tokenizer,
    async openScope(sharedPrefixes: readonly TokenIds[] = [], scopeOptions: ScopeOptions = {}) {
      precondition(closed === undefined, 'the language model is closed');
      checkSharedPrefixes(sharedPrefixes, inner.description);
      const adapters = current;
      const before = turn;
      let leave = (): void => undefined;
      turn = new Promise((resolve) => {
        leave = () => {
          open.delete(leave);
          resolve();
        };
      });
      open.add(leave);
      await before;
      if (end.signal.aborted) {
        leave();
        throw modelClosed();
      }
      return new CachedScope({
        description: inner.description,
        file,
        options,
        adapted: adapters.present !== undefined,
        bypass: scopeOptions.adaptAll === true && adapters.present !== undefined,
        account: new PositionAccount(sharedPrefixes),
        onClose: leave,
        ended: end.signal,
        async open() {
          if (placed !== adapters) await inner.setAdapter(adapters.present, adapters.previous);
          placed = adapters;
          return inner.openScope(sharedPrefixes, scopeOptions);
        },
      });
    },
    async setAdapter(present, previous) {
      precondition(closed === undefined, 'the language model is closed');
      const copy = structuredClone({ present, previous });
      await inner.setAdapter(copy.present, copy.previous);
      current = copy;
      placed = copy;
    },
    close() {
      closed ??= (async () => {
        end.abort();
        leaveAll();
        try {
          await inner.close();
        } finally {
          file.close();
        }
      })();
      return closed;
    },
  };
}
