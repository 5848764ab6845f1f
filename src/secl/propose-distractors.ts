import { SeclError } from '../errors/secl-error.ts';
import type { Distractor } from '../events/answer.ts';
import type { Choice } from '../events/question.ts';
import type {
  GenerateRequest,
  ModelScope,
  NextTokenRequest,
  NextTokenResult,
  TokenCandidate,
} from '../ports/language-model.ts';
import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { extractAnswer } from '../text/extract-answer.ts';
import { finalAnswerStart } from './final-answer-start.ts';
import { nextWithinContext } from './next-within-context.ts';
import { isRestatement, statement } from './restatement.ts';
import type { ScoringOptions } from './scoring-options.ts';
import type { WrittenAnswer } from './work.ts';
import { lineBreakIds } from './write-answers.ts';

/** First tokens looked at beyond the ones wanted: some turn out to restate the answer. */
const SPARE_CANDIDATES = 3;

/** A distractor before it is judged. */
function unjudged(text: string, firstLogProbability: number): Distractor {
  return { text, firstLogProbability, pTrue: null, trueMass: null, falseMass: null, weight: 1 };
}

/** Where an answer may branch: the ids before its first (or final answer's first) token. */
interface Branch {
  readonly answer: WrittenAnswer;
  readonly prefix: TokenIds;
  /** Decoded answer tokens within `prefix`, for reading a final answer in its context. */
  readonly prefixText: string;
  /** The token the answer itself went on with. */
  readonly takenId: number | undefined;
}

/** @returns `null` where nothing can branch: an answer without tokens, a reasoning without a final answer. */
function branchOf(answer: WrittenAnswer, tokenizer: Tokenizer): Branch | null {
  const ids = answer.tokens.map((token) => token.id);
  if (ids.length === 0) return null;
  const start =
    answer.question.style === 'reasoning'
      ? finalAnswerStart(ids, answer.extracted ?? '', tokenizer)
      : 0;
  if (start === null) return null;
  return {
    answer,
    prefix: [...answer.promptIds, ...ids.slice(0, start)],
    prefixText: tokenizer.decode(ids.slice(0, start)),
    takenId: ids[start],
  };
}

/** Tokens that a choice's label may start with: bare, or after a space where that is one token. */
function labelTokens(label: string, tokenizer: Tokenizer): number[] {
  const spaced = tokenizer.encode(` ${label}`);
  return [...tokenizer.encode(label).slice(0, 1), ...(spaced.length === 1 ? spaced : [])];
}

/** Asks how the answer may begin: at the choices' labels, or at whatever is most probable. */
function firstRequest(
  { answer, prefix }: Branch,
  tokenizer: Tokenizer,
  wanted: number,
): NextTokenRequest {
  const { style, choices } = answer.question;
  return style === 'choice'
    ? { prompt: prefix, tokens: choices.flatMap(({ label }) => labelTokens(label, tokenizer)) }
    : { prompt: prefix, tokens: [], candidates: wanted + SPARE_CANDIDATES + 1 };
}

/** Whether two choices have the same text, so that one does not contradict the other. */
function sameText(first: Choice, second: Choice): boolean {
  const said = statement(first.text);
  return said === '' ? first.text.trim() === second.text.trim() : said === statement(second.text);
}

/** The other choices, most probable label first, are the distractors of a choice; each text counts once. */
function choiceDistractors(
  { question, extracted }: WrittenAnswer,
  { logProbabilities }: NextTokenResult,
  tokenizer: Tokenizer,
  wanted: number,
): Distractor[] {
  let at = 0;
  const rated = question.choices.map((choice) => {
    const count = labelTokens(choice.label, tokenizer).length;
    return { choice, first: Math.max(...logProbabilities.slice(at, (at += count))) };
  });
  const kept = rated.filter(({ choice }) => choice.label === extracted);
  // A NaN sorts last, so that the order does not depend on where it stood.
  const rank = (first: number): number => (Number.isNaN(first) ? -Infinity : first);
  for (const item of rated.toSorted((a, b) => rank(b.first) - rank(a.first) || 0))
    if (!kept.some(({ choice }) => sameText(choice, item.choice))) kept.push(item);
  return kept
    .filter(({ choice }) => choice.label !== extracted)
    .slice(0, wanted)
    .map(({ choice, first }) => unjudged(choice.label, first));
}

/**
 * Has the model propose rivals to its own answer: the next-best first tokens, each completed greedily,
 * restatements of the answer and of each other dropped. Of a choice they are the other choices; of a
 * reasoned answer, other final answers after the same reasoning.
 *
 * Source: ours (DINCO takes the other beams of a beam search, arXiv 2509.25532).
 *
 * @returns The answers with up to `options.distractors` distractors each, not judged yet.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function proposeDistractors(
  scope: ModelScope,
  tokenizer: Tokenizer,
  answers: readonly WrittenAnswer[],
  options: Pick<ScoringOptions, 'distractors' | 'distractorMaxTokens' | 'contextLength'>,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const wanted = options.distractors;
  const branches = answers.flatMap((answer) => branchOf(answer, tokenizer) ?? []);
  if (wanted === 0 || branches.length === 0) return [...answers];
  const distractors = new Map<WrittenAnswer, Distractor[]>();
  const computed = new Map<WrittenAnswer, number>();
  const pay = (answer: WrittenAnswer, positions: number): void => {
    computed.set(answer, (computed.get(answer) ?? 0) + positions);
  };

  const first = await nextWithinContext(
    scope,
    branches.map((branch) => firstRequest(branch, tokenizer, wanted)),
    options.contextLength,
    signal,
  );
  const completions: { branch: Branch; candidate: TokenCandidate; request: GenerateRequest }[] = [];
  const lineBreaks = lineBreakIds(tokenizer);
  branches.forEach((branch, i) => {
    const result = first[i] ?? null;
    if (result === null) return;
    pay(branch.answer, result.ledger.computed);
    if (branch.answer.question.style === 'choice') {
      distractors.set(branch.answer, choiceDistractors(branch.answer, result, tokenizer, wanted));
      return;
    }
    if (branch.prefix.length + 1 > options.contextLength) return;
    const stops = new Set([...tokenizer.endTokenIds, ...lineBreaks]);
    const rivals = result.candidates
      .filter((c) => c.id !== branch.takenId && !stops.has(c.id))
      // What decodes to nothing is a special token, and what follows one is no answer.
      .filter((c) => tokenizer.decode([c.id]) !== '')
      .slice(0, wanted + SPARE_CANDIDATES);
    for (const candidate of rivals) {
      completions.push({
        branch,
        candidate,
        request: {
          prompt: [...branch.prefix, candidate.id],
          maxTokens: options.distractorMaxTokens,
          stopTokenIds: lineBreaks,
        },
      });
    }
  });

  const completed =
    completions.length === 0
      ? []
      : await scope.generate(
          completions.map((completion) => completion.request),
          signal,
        );
  completions.forEach(({ branch, candidate }, i) => {
    const result = completed[i];
    if (result === undefined) return;
    if (result.finishReason === 'cancelled')
      throw new SeclError('CANCELLED', 'proposing distractors was cancelled');
    pay(branch.answer, result.ledger.computed);
    // Half a text is no rival.
    if (result.finishReason === 'failed') return;
    const { style, choices } = branch.answer.question;
    const ids = [candidate.id, ...result.tokens.map((token) => token.id)];
    const written = branch.prefixText + tokenizer.decode(ids);
    // A text that holds no answer is no rival to one.
    const text = extractAnswer(style, written, choices).extracted ?? '';
    const kept = distractors.get(branch.answer) ?? [];
    const taken = [branch.answer.extracted ?? branch.answer.text, ...kept.map((d) => d.text)];
    if (text === '' || kept.length >= wanted) return;
    if (taken.some((other) => isRestatement(other, text))) return;
    distractors.set(branch.answer, [...kept, unjudged(text, candidate.logProbability)]);
  });
  return answers.map((answer) => ({
    ...answer,
    distractors: distractors.get(answer) ?? [],
    computed: {
      ...answer.computed,
      scoring: answer.computed.scoring + (computed.get(answer) ?? 0),
    },
  }));
}
