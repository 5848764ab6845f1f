import { precondition, type SeclError } from '../errors/secl-error.ts';
import type {
  GenerateRequest,
  GenerateResult,
  ModelDescription,
  ModelScope,
  NextTokenRequest,
  NextTokenResult,
  ScoreRequest,
  ScoreResult,
} from '../ports/language-model.ts';
import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import {
  checkGenerateRequest,
  checkNextTokenRequest,
  checkScoreRequest,
} from './check-requests.ts';
import type { Engine, ScopeAdapters } from './engine.ts';

/** What an {@link EngineScope} is made of. */
export interface EngineScopeParts {
  readonly engine: Engine;
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  readonly adapters: ScopeAdapters;
  /** Called once, when the scope is closed. */
  readonly onClose: () => void;
}

/** A scope over an engine: checks requests, runs calls one after another, decodes texts. */
export class EngineScope implements ModelScope {
  readonly #parts: EngineScopeParts;
  readonly #rejections = new Set<(error: SeclError) => void>();
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;
  #abandoned: SeclError | undefined;

  constructor(parts: EngineScopeParts) {
    this.#parts = parts;
  }

  /** Has the engine start the scope; before any other call. */
  start(prefixes: readonly TokenIds[]): Promise<void> {
    return this.#enqueue(() => this.#parts.engine.open(prefixes, this.#parts.adapters));
  }

  async generate(
    requests: readonly GenerateRequest[],
    signal?: AbortSignal,
  ): Promise<GenerateResult[]> {
    const { engine, description, tokenizer } = this.#parts;
    this.#checkOpen();
    for (const request of requests) checkGenerateRequest(request, description);
    const written = await this.#enqueue(() => engine.generate(requests, signal));
    return written.map((row) => ({
      ...row,
      text: tokenizer.decode(row.tokens.map((token) => token.id)),
    }));
  }

  async next(
    requests: readonly NextTokenRequest[],
    signal?: AbortSignal,
  ): Promise<NextTokenResult[]> {
    const { engine, description } = this.#parts;
    this.#checkOpen();
    for (const request of requests) checkNextTokenRequest(request, description);
    const results = await this.#enqueue(() => engine.next(requests, signal));
    return results.map((result, i) => ({
      ...result,
      adapterVersion: this.#versionAt(requests[i]),
    }));
  }

  /** Version of the adapter that acts on a request, 0 for none. */
  #versionAt(request: NextTokenRequest | undefined): number {
    const { present, previous, adaptAll } = this.#parts.adapters;
    if (request?.previous === true) return previous?.version ?? 0;
    return adaptAll || request?.adaptFrom !== undefined ? (present?.version ?? 0) : 0;
  }

  async score(requests: readonly ScoreRequest[], signal?: AbortSignal): Promise<ScoreResult[]> {
    const { engine, description } = this.#parts;
    this.#checkOpen();
    for (const request of requests) checkScoreRequest(request, description);
    return this.#enqueue(() => engine.score(requests, signal));
  }

  close(): Promise<void> {
    this.#closing ??= this.#last.then(this.#parts.onClose, this.#parts.onClose);
    return this.#closing;
  }

  /** Rejects whatever is under way or comes later. */
  abandon(error: SeclError): void {
    this.#abandoned = error;
    for (const reject of this.#rejections) reject(error);
  }

  #checkOpen(): void {
    if (this.#abandoned !== undefined) throw this.#abandoned;
    precondition(this.#closing === undefined, 'the scope is closed');
  }

  /** Runs a call after the ones before it, whether those went well or not. */
  #enqueue<T>(call: () => Promise<T>): Promise<T> {
    const done = new Promise<T>((resolve, reject) => {
      this.#rejections.add(reject);
      const run = async (): Promise<void> => {
        try {
          if (this.#abandoned === undefined) resolve(await call());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error), { cause: error }));
        } finally {
          this.#rejections.delete(reject);
        }
      };
      this.#last = this.#last.then(run);
    });
    return done;
  }
}
