import type {
  GenerateRequest,
  GenerateResult,
  ModelScope,
  NextTokenRequest,
  NextTokenResult,
  ScoreRequest,
  ScoreResult,
  TokenLedger,
  TokenTrace,
} from '../../src/ports/language-model.ts';

/** What a scripted scope answers, request by request; what is not scripted fails the test. */
export interface ScopeScript {
  readonly generate?: (request: GenerateRequest, at: number) => Partial<GenerateResult>;
  readonly next?: (request: NextTokenRequest, at: number) => Partial<NextTokenResult>;
  readonly score?: (request: ScoreRequest, at: number) => Partial<ScoreResult>;
}

/** A scope that plays a script and keeps what it was asked, call by call. */
export interface ScriptedScope extends ModelScope {
  readonly generated: (readonly GenerateRequest[])[];
  readonly asked: (readonly NextTokenRequest[])[];
  readonly scored: (readonly ScoreRequest[])[];
  /** How often it was closed. */
  closed: number;
}

/** A ledger of so many computed positions. */
export function ledgerOf(computed: number): TokenLedger {
  return { prompt: computed, cached: 0, generated: 0, scored: 0, computed };
}

/** Traces of tokens of the same log probability and entropy. */
export function tracesOf(
  ids: readonly number[],
  logProbability = -0.5,
  entropyNats = 0.7,
): TokenTrace[] {
  return ids.map((id) => ({ id, logProbability, entropyNats }));
}

/** Makes a {@link ScriptedScope}; every result costs one position unless the script says otherwise. */
export function scriptedScope(script: ScopeScript = {}): ScriptedScope {
  const unscripted = (): never => {
    throw new Error('the test did not script this call');
  };
  const { generate = unscripted, next = unscripted, score = unscripted } = script;
  const scope: ScriptedScope = {
    generated: [],
    asked: [],
    scored: [],
    closed: 0,
    generate: async (requests) => {
      scope.generated.push(requests);
      return requests.map((request, at) => ({
        tokens: [],
        text: '',
        finishReason: 'stop',
        firstEntropyNats: 0,
        firstCandidates: [],
        hidden: undefined,
        ledger: ledgerOf(1),
        ...generate(request, at),
      }));
    },
    next: async (requests) => {
      scope.asked.push(requests);
      return requests.map((request, at) => ({
        logProbabilities: request.tokens.map(() => -Infinity),
        entropyNats: 0,
        candidates: [],
        hidden: undefined,
        adapterVersion: 0,
        ledger: ledgerOf(1),
        ...next(request, at),
      }));
    },
    score: async (requests) => {
      scope.scored.push(requests);
      return requests.map((request, at) => ({
        tokens: tracesOf(request.continuation),
        firstCandidates: [],
        hidden: undefined,
        ledger: ledgerOf(1),
        ...score(request, at),
      }));
    },
    close: async () => {
      scope.closed += 1;
    },
  };
  return scope;
}
