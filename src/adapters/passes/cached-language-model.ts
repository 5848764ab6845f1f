import type {
  GenerateRequest,
  GenerateResult,
  LanguageModel,
  LoraAdapter,
  ModelScope,
  NextTokenRequest,
  NextTokenResult,
  ScoreRequest,
  ScoreResult,
} from '../../ports/language-model.ts';
import type { TokenIds } from '../../ports/tokenizer.ts';
import { passKey, type PassFile } from './pass-file.ts';

/** A result as its line holds it: hidden states as base64 of their bytes, numbers that are not finite as text. */
const FLOATS = 'float32:';

function replacer(_: string, value: unknown): unknown {
  if (value instanceof Float32Array)
    return (
      FLOATS + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    );
  if (typeof value === 'number' && !Number.isFinite(value)) return `number:${value}`;
  return value;
}

function reviver(_: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value.startsWith(FLOATS)) {
    const bytes = Uint8Array.from(Buffer.from(value.slice(FLOATS.length), 'base64'));
    return new Float32Array(bytes.buffer);
  }
  return value.startsWith('number:') ? Number(value.slice('number:'.length)) : value;
}

/**
 * The model of `inner`, whose results on base weights are kept in a file and served from there: strategies over
 * one stream share their passes. A served result carries the ledger of the pass that made it, so costs are what
 * they would be without the cache. What an adapter acts on is always computed; it is charged like its twin on
 * base weights, since the real scope would have had the same prefix at hand.
 *
 * Results on quantised weights differ in their last bits with who shares a run; a served one is the one that
 * was computed first.
 */
export function cachedLanguageModel(inner: LanguageModel, file: PassFile): LanguageModel {
  const identity = inner.description.fingerprint;
  let adapted = false;

  /** Serves what is kept, computes the rest in one call, keeps it. */
  async function through<Request, Result>(
    kind: string,
    requests: readonly Request[],
    compute: (missing: readonly Request[]) => Promise<Result[]>,
    mayKeep: (request: Request, result: Result) => boolean,
  ): Promise<Result[]> {
    const keys = requests.map((request) => passKey([identity, kind, request]));
    const known = keys.map((key) => file.get(key));
    const missing = requests.filter((_, i) => known[i] === undefined);
    const computed = missing.length === 0 ? [] : await compute(missing);
    let next = 0;
    const results = requests.map((request, i): Result => {
      const line = known[i];
      if (line !== undefined) return JSON.parse(line, reviver) as Result;
      const result = computed[next++] as Result;
      if (mayKeep(request, result)) file.put(keys[i] as string, JSON.stringify(result, replacer));
      return result;
    });
    file.sync();
    return results;
  }

  function scopeOver(sharedPrefixes: readonly TokenIds[] | undefined): ModelScope {
    // Opened at the first pass that is not kept: a batch that is all kept leaves the model alone.
    let opening: Promise<ModelScope> | undefined;
    const scope = (): Promise<ModelScope> => (opening ??= inner.openScope(sharedPrefixes));

    async function next(
      requests: readonly NextTokenRequest[],
      signal?: AbortSignal,
    ): Promise<NextTokenResult[]> {
      const plain = requests.map(({ adaptFrom, ...request }) =>
        adapted && adaptFrom !== undefined ? { ...request, adaptFrom } : request,
      );
      const base = plain.filter((request) => !('adaptFrom' in request));
      const acted = plain.filter((request) => 'adaptFrom' in request);
      const served = await through<NextTokenRequest, NextTokenResult>(
        'next',
        base,
        async (missing) => (await scope()).next(missing, signal),
        () => true,
      );
      const computed = acted.length === 0 ? [] : await (await scope()).next(acted, signal);
      let b = 0;
      let a = 0;
      return plain.map((request): NextTokenResult => {
        if (!('adaptFrom' in request)) return served[b++] as NextTokenResult;
        const { adaptFrom: _, ...twin } = request;
        const result = computed[a++] as NextTokenResult;
        const line = file.get(passKey([identity, 'next', twin]));
        const paid = line === undefined ? undefined : (JSON.parse(line) as NextTokenResult).ledger;
        return paid === undefined ? result : { ...result, ledger: paid };
      });
    }

    return {
      generate: (requests, signal) =>
        through<GenerateRequest, GenerateResult>(
          'generate',
          requests,
          async (missing) => (await scope()).generate(missing, signal),
          (_, result) => result.finishReason !== 'cancelled',
        ),
      next,
      score: (requests, signal) =>
        through<ScoreRequest, ScoreResult>(
          'score',
          requests,
          async (missing) => (await scope()).score(missing, signal),
          () => true,
        ),
      async close() {
        await (await opening)?.close();
      },
    };
  }

  return {
    description: inner.description,
    tokenizer: inner.tokenizer,
    openScope: (sharedPrefixes) => Promise.resolve(scopeOver(sharedPrefixes)),
    async setAdapter(adapter: LoraAdapter | undefined) {
      await inner.setAdapter(adapter);
      adapted = adapter !== undefined;
    },
    async close() {
      file.close();
      await inner.close();
    },
  };
}
