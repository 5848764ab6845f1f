import { precondition, SeclError } from '../errors/secl-error.ts';
import type {
  LanguageModel,
  LoraAdapter,
  ModelDescription,
  ModelScope,
  ScopeOptions,
} from '../ports/language-model.ts';
import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { checkAdapter, type LoraSiteShape } from './check-adapter.ts';
import { checkSharedPrefixes } from './check-requests.ts';
import type { Engine } from './engine.ts';
import { EngineScope } from './engine-scope.ts';

/** What a {@link ScopedLanguageModel} is made of. */
export interface ScopedLanguageModelParts {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  readonly engine: Engine;
  /** Projections that can carry LoRA. */
  readonly loraSites: readonly LoraSiteShape[];
}

interface Waiting {
  readonly grant: () => void;
  readonly refuse: (error: SeclError) => void;
}

/**
 * A {@link LanguageModel} over an engine that serves one scope at a time: queues scopes, checks what
 * callers hand in, and keeps the adapter.
 *
 * After {@link close}, whatever was under way is rejected with `CANCELLED`, new calls with `PRECONDITION`.
 */
export class ScopedLanguageModel implements LanguageModel {
  readonly description: ModelDescription;
  readonly tokenizer: Tokenizer;
  readonly #engine: Engine;
  readonly #loraSites: readonly LoraSiteShape[];
  readonly #waiting: Waiting[] = [];
  #adapter: LoraAdapter | undefined;
  #previous: LoraAdapter | undefined;
  #scope: EngineScope | undefined;
  #busy = false;
  #closed: Promise<void> | undefined;

  constructor(parts: ScopedLanguageModelParts) {
    this.description = parts.description;
    this.tokenizer = parts.tokenizer;
    this.#engine = parts.engine;
    this.#loraSites = parts.loraSites;
  }

  async openScope(
    sharedPrefixes: readonly TokenIds[] = [],
    { adaptAll = false }: ScopeOptions = {},
  ): Promise<ModelScope> {
    this.#checkOpen();
    checkSharedPrefixes(sharedPrefixes, this.description);
    const adapters = { present: this.#adapter, previous: this.#previous, adaptAll };
    await this.#turn();
    // Closing rejects those who wait and the scope that is open; whose turn has just come is neither.
    if (this.#closed !== undefined) throw modelClosed();
    const scope = new EngineScope({
      engine: this.#engine,
      description: this.description,
      tokenizer: this.tokenizer,
      adapters,
      onClose: () => {
        this.#leave();
      },
    });
    this.#scope = scope;
    try {
      await scope.start(sharedPrefixes);
    } catch (error) {
      await scope.close();
      throw error;
    }
    return scope;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- refusals are rejections
  async setAdapter(adapter: LoraAdapter | undefined, previous?: LoraAdapter): Promise<void> {
    this.#checkOpen();
    for (const one of [adapter, previous])
      if (one !== undefined) checkAdapter(one, this.#loraSites);
    this.#adapter = adapter && copyOf(adapter);
    this.#previous = previous && copyOf(previous);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    const error = modelClosed();
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(error);
    this.#scope?.abandon(error);
    await this.#engine.close();
  }

  #checkOpen(): void {
    precondition(this.#closed === undefined, 'the language model is closed');
  }

  /** Waits until no scope is open. */
  #turn(): Promise<void> {
    if (!this.#busy) {
      this.#busy = true;
      return Promise.resolve();
    }
    return new Promise((grant, refuse) => {
      this.#waiting.push({ grant, refuse });
    });
  }

  #leave(): void {
    this.#scope = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy = false;
    else next.grant();
  }
}

function modelClosed(): SeclError {
  return new SeclError('CANCELLED', 'the language model was closed');
}

/** The caller may go on changing its arrays. */
function copyOf(adapter: LoraAdapter): LoraAdapter {
  const sites = adapter.sites.map((site) => ({ ...site, a: site.a.slice(), b: site.b.slice() }));
  return { ...adapter, sites };
}
