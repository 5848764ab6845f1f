import type { Distractor } from '../events/answer.ts';
import type { AnswerStyle, Choice } from '../events/question.ts';
import type { Score } from '../events/score.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { freeScores } from '../secl/free-scores.ts';
import { isRefused, planQuestion } from '../secl/plan-question.ts';
import { scoreByJudging } from '../secl/score-by-judging.ts';
import { sharedPrefixes } from '../secl/shared-prefixes.ts';
import { verbalizeAnswers } from '../secl/verbalize-answers.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import { writeAnswers } from '../secl/write-answers.ts';
import type { Topology } from '../topology/topology.ts';
import { scoringOptionsOf } from './scoring-options-of.ts';

/** One question, asked by hand. */
export interface AskedQuestion {
  readonly text: string;
  readonly style: AnswerStyle;
  readonly choices: readonly Choice[];
  /** An answer to be scored instead of written. */
  readonly answer: string | null;
}

/** What the model answered, and how sure it is by every score. */
export interface AskedAnswer {
  readonly answer: string;
  readonly extracted: string | null;
  readonly finishReason: WrittenAnswer['finishReason'];
  /** The confidence that a stream would publish; `null` when missing. */
  readonly published: { readonly source: string; readonly value: number | null };
  readonly scores: readonly Score[];
  readonly distractors: readonly Distractor[];
  /** Positions computed, by phase. */
  readonly forwardTokens: WrittenAnswer['computed'];
  readonly model: string;
}

/** @throws SeclError `USAGE` if an answer is neither the label nor the text of one of the choices. */
function requireChoice(answer: string, choices: readonly Choice[]): void {
  const folded = answer.trim().toLowerCase();
  const named = choices.some((choice) =>
    [choice.label, choice.text].some((name) => name.trim().toLowerCase() === folded),
  );
  if (named) return;
  const list = choices.map(({ label, text }) => `${label} (${text})`).join(', ');
  throw new SeclError('USAGE', `the answer "${answer}" is none of the choices`, {
    hint: `Name one by label or text: ${list}.`,
  });
}

/**
 * Asks one question with a topology's settings, outside any stream.
 *
 * @throws SeclError `USAGE` if the question cannot be asked; `MODEL_FAILED` if the network's numbers are not finite;
 *   `CANCELLED`.
 */
export async function ask(
  asked: AskedQuestion,
  topology: Topology,
  model: LanguageModel,
  signal?: AbortSignal,
): Promise<AskedAnswer> {
  if (asked.answer?.trim() === '')
    throw new SeclError('USAGE', 'the answer to be scored has no text', {
      hint: 'Leave --answer out to have the model answer.',
    });
  if (asked.answer !== null && asked.style === 'choice') requireChoice(asked.answer, asked.choices);
  const options = scoringOptionsOf(topology, model.description.contextLength);
  const { tokenizer } = model;
  const plan = planQuestion(
    {
      id: 'asked',
      text: asked.text,
      style: asked.style,
      choices: asked.choices,
      domain: null,
      givenAnswer:
        asked.answer === null ? null : { text: asked.answer, tokenLogProbabilities: null },
      deadlineMs: null,
    },
    tokenizer,
    options,
  );
  if (isRefused(plan))
    throw new SeclError('USAGE', plan.reason, {
      hint:
        plan.code === 'CONTEXT_OVERFLOW'
          ? 'Ask a shorter question.'
          : 'See `secl ask --help` for how a question is asked.',
    });
  const origin = { model: model.description.name, adapterVersion: 0 };
  const scope = await model.openScope(sharedPrefixes(options.prompts, tokenizer));
  try {
    const [written] = await writeAnswers(scope, tokenizer, [plan], options, signal);
    if (written === undefined || isRefused(written))
      throw new SeclError('MODEL_FAILED', written?.reason ?? 'the model gave no answer', {
        hint: 'Verify the model file with `secl model verify`, and build its graph again.',
      });
    const free = [{ ...written, scores: freeScores(written, origin) }];
    const spoken = await verbalizeAnswers(scope, tokenizer, free, options, origin, signal);
    const judged = await scoreByJudging(scope, tokenizer, spoken, options, origin, signal);
    const result = judged[0] as WrittenAnswer;
    const published = result.scores.find((score) => score.name === options.published);
    return {
      answer: result.text,
      extracted: result.extracted,
      finishReason: result.finishReason,
      published: { source: options.published, value: published?.value ?? null },
      scores: result.scores.filter((score) => options.scores.includes(score.name)),
      distractors: result.distractors,
      forwardTokens: result.computed,
      model: model.description.name,
    };
  } finally {
    await scope.close();
  }
}
