import { SeclError } from '../errors/secl-error.ts';
import type { Distractor } from '../events/answer.ts';
import type { GenerateRequest, ModelScope, TokenCandidate } from '../ports/language-model.ts';
import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { extractAnswer } from '../text/extract-answer.ts';
import { finalAnswerStart } from './final-answer-start.ts';
import { isRestatement } from './restatement.ts';
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

function branchOf(answer: WrittenAnswer, tokenizer: Tokenizer): Branch {
  const ids = answer.tokens.map((token) => token.id);
  const start =
    answer.question.style === 'reasoning' && answer.extracted !== null
      ? finalAnswerStart(ids, answer.extracted, tokenizer)
      : 0;
  return {
    answer,
    prefix: [...answer.promptIds, ...ids.slice(0, start)],
    prefixText: tokenizer.decode(ids.slice(0, start)),
    takenId: ids[start],
  };
}

/** The other choices, most probable label first, are the distractors of a choice. */
function choiceDistractors(
  answer: WrittenAnswer,
  candidates: readonly TokenCandidate[],
  tokenizer: Tokenizer,
  wanted: number,
): Distractor[] {
  const byLabel = new Map(
    candidates.map((c) => [tokenizer.decode([c.id]).trim(), c.logProbability]),
  );
  return answer.question.choices
    .filter((choice) => choice.label !== answer.extracted)
    .map((choice) => unjudged(choice.label, byLabel.get(choice.label) ?? -Infinity))
    .toSorted((a, b) => b.firstLogProbability - a.firstLogProbability)
    .slice(0, wanted)
    .map((d) => ({ ...d, firstLogProbability: Math.max(d.firstLogProbability, -1e3) }));
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
  options: Pick<ScoringOptions, 'distractors' | 'distractorMaxTokens'>,
  signal?: AbortSignal,
): Promise<WrittenAnswer[]> {
  const wanted = options.distractors;
  const open = answers.filter((answer) => answer.tokens.length > 0);
  if (wanted === 0 || open.length === 0) return [...answers];
  const distractors = new Map<WrittenAnswer, Distractor[]>();
  const computed = new Map<WrittenAnswer, number>();
  const pay = (answer: WrittenAnswer, positions: number): void => {
    computed.set(answer, (computed.get(answer) ?? 0) + positions);
  };

  const branches = open.map((answer) => branchOf(answer, tokenizer));
  const first = await scope.next(
    branches.map((branch) => ({
      prompt: branch.prefix,
      tokens: [],
      candidates:
        Math.max(wanted + SPARE_CANDIDATES, branch.answer.question.choices.length * 2) + 1,
    })),
    signal,
  );
  const completions: { branch: Branch; candidate: TokenCandidate; request: GenerateRequest }[] = [];
  const lineBreaks = lineBreakIds(tokenizer);
  branches.forEach((branch, i) => {
    const result = first[i];
    if (result === undefined) return;
    pay(branch.answer, result.ledger.computed);
    if (branch.answer.question.style === 'choice') {
      distractors.set(
        branch.answer,
        choiceDistractors(branch.answer, result.candidates, tokenizer, wanted),
      );
      return;
    }
    const stops = new Set([...tokenizer.endTokenIds, ...lineBreaks]);
    const rivals = result.candidates
      .filter((c) => c.id !== branch.takenId && !stops.has(c.id))
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
    const { style, choices } = branch.answer.question;
    const ids = [candidate.id, ...result.tokens.map((token) => token.id)];
    const written = tokenizer.decode(ids).trim();
    const text =
      style === 'reasoning'
        ? (extractAnswer(style, branch.prefixText + tokenizer.decode(ids), choices).extracted ?? '')
        : (extractAnswer(style, written, choices).extracted ?? written);
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
