import { precondition, SeclError } from '../errors/secl-error.ts';
import type {
  GenerateRequest,
  NextTokenRequest,
  Sampling,
  ScoreRequest,
} from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';

/** What requests are checked against. */
export interface RequestLimits {
  readonly vocabularySize: number;
  /** Positions a prompt and what follows it may take. */
  readonly contextLength: number;
}

/** @throws SeclError `PRECONDITION`, or `CONTEXT_OVERFLOW` for a prompt beyond the context. */
export function checkGenerateRequest(request: GenerateRequest, limits: RequestLimits): void {
  checkPrompt(request.prompt, request.prompt.length, limits);
  checkCount('maxTokens', request.maxTokens, 1);
  checkCount('firstCandidates', request.firstCandidates ?? 0, 0);
  checkIds('stopTokenIds', request.stopTokenIds ?? [], limits);
  if (request.sampling !== undefined) checkSampling(request.sampling);
}

/** @throws SeclError `PRECONDITION`, or `CONTEXT_OVERFLOW` for a prompt beyond the context. */
export function checkNextTokenRequest(request: NextTokenRequest, limits: RequestLimits): void {
  const { prompt, tokens, adaptFrom, previous, candidates } = request;
  checkPrompt(prompt, prompt.length, limits);
  checkIds('tokens', tokens, limits);
  checkCount('candidates', candidates ?? 0, 0);
  precondition(
    adaptFrom === undefined ||
      (Number.isInteger(adaptFrom) && adaptFrom >= 0 && adaptFrom < prompt.length),
    `adaptFrom is ${adaptFrom}, the prompt has ${prompt.length} positions`,
  );
  precondition(
    previous !== true || adaptFrom !== undefined,
    'the adapter before is asked for, but not where it is to act',
  );
}

/** @throws SeclError `PRECONDITION`, or `CONTEXT_OVERFLOW` for a text beyond the context. */
export function checkScoreRequest(request: ScoreRequest, limits: RequestLimits): void {
  const { prompt, continuation, firstCandidates } = request;
  checkPrompt(prompt, prompt.length + Math.max(0, continuation.length - 1), limits);
  checkIds('continuation', continuation, limits);
  checkCount('firstCandidates', firstCandidates ?? 0, 0);
}

/**
 * Checks the prefixes a scope asks for; they must fit side by side.
 *
 * @throws SeclError `PRECONDITION`, or `CONTEXT_OVERFLOW`.
 */
export function checkSharedPrefixes(prefixes: readonly TokenIds[], limits: RequestLimits): void {
  for (const prefix of prefixes) checkIds('a shared prefix', prefix, limits);
  checkLength(
    prefixes.reduce((sum, prefix) => sum + prefix.length, 0),
    limits,
  );
}

function checkPrompt(prompt: TokenIds, positions: number, limits: RequestLimits): void {
  precondition(prompt.length > 0, 'a prompt is empty');
  checkIds('a prompt', prompt, limits);
  checkLength(positions, limits);
}

function checkLength(positions: number, { contextLength }: RequestLimits): void {
  if (positions <= contextLength) return;
  throw new SeclError(
    'CONTEXT_OVERFLOW',
    `a prompt takes ${positions} positions, the context has ${contextLength}`,
    { hint: 'Shorten the prompt, or raise the number of positions the cache holds.' },
  );
}

function checkIds(what: string, ids: TokenIds, { vocabularySize }: RequestLimits): void {
  for (const id of ids) {
    const known = Number.isInteger(id) && id >= 0 && id < vocabularySize;
    // A message is made for those who need it: this runs for every token.
    if (!known)
      precondition(known, `${what} has the token id ${id}, the vocabulary ${vocabularySize}`);
  }
}

function checkCount(what: string, count: number, least: number): void {
  precondition(Number.isInteger(count) && count >= least, `${what} is ${count}`);
}

function checkSampling({ temperature, topP, seed }: Sampling): void {
  precondition(Number.isFinite(temperature) && temperature > 0, `temperature is ${temperature}`);
  precondition(topP === undefined || (topP > 0 && topP <= 1), `topP is ${topP}`);
  precondition(Number.isFinite(seed), `seed is ${seed}`);
}
