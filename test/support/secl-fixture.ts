import assert from 'node:assert/strict';
import { StandInTokenizer } from '../../src/adapters/memory/stand-in-tokenizer.ts';
import { standInVocabulary } from '../../src/adapters/memory/stand-in-vocabulary.ts';
import type { Question } from '../../src/events/question.ts';
import type { Score, ScoreName } from '../../src/events/score.ts';
import { isRefused, planQuestion } from '../../src/secl/plan-question.ts';
import type { PromptSet, PromptTemplate } from '../../src/secl/prompts/prompt-set.ts';
import type { ScoringOptions } from '../../src/secl/scoring-options.ts';
import type { PlannedQuestion, WrittenAnswer } from '../../src/secl/work.ts';
import { extractAnswer } from '../../src/text/extract-answer.ts';
import { tracesOf } from './scripted-scope.ts';

/** Bytes, pairs of letters and a few words: enough for prompts, small enough to read. */
export const tokenizer = new StandInTokenizer(standInVocabulary());

const template = (name: string, system: string | null, user: string): PromptTemplate => ({
  name,
  version: 1,
  system,
  user,
});

/** Prompts of these tests, so that those that are measured may change. */
export const PROMPTS: PromptSet = {
  name: 'test',
  answer: {
    short: template('short', 'Say it.', '{question}'),
    choice: template('choice', 'Pick it.', '{question}\n{choices}'),
    reasoning: template('reasoning', 'Solve it.', '{question}'),
  },
  confidence: template('confidence', null, 'Sure?'),
  confidenceWithEvidence: template('evidence', null, 'Sure? It was {evidence}.'),
  confidenceWithBoth: template('both', null, 'Sure? {probability} and {certainty}.'),
  confidenceWithCombination: template('combination', null, 'Sure? {estimate}.'),
  pTrue: template('p-true', 'Judge.', 'Q: {question}\n{reasoning}A: {answer}\nTrue or False?'),
  sameMeaning: template('same', 'Judge.', 'Q: {question}\n1: {first}\n2: {second}\nSame?'),
};

/** The method's settings, with what a test changes. */
export function scoringOptions(over: Partial<ScoringOptions> = {}): ScoringOptions {
  return {
    prompts: PROMPTS,
    maxTokens: { short: 8, choice: 4, reasoning: 40 },
    distractorMaxTokens: 6,
    distractors: 2,
    maxPromptTokens: 400,
    contextLength: 1000,
    adapterScope: 'position',
    maxQuestionChars: 500,
    evidence: 'answer-probability',
    minimumMass: 0.5,
    normalization: 'total-above-one',
    scores: [
      'verbalized',
      'verbalizedWithEvidence',
      'answerProbability',
      'tokenCertainty',
      'pTrue',
      'normalizedPTrue',
    ],
    published: 'verbalizedWithEvidence',
    promptHash: (prompt) => `hash-of-${prompt.name}`,
    ...over,
  };
}

/** A question, with what a test changes. */
export function question(over: Partial<Question> = {}): Question {
  return {
    id: 'q1',
    text: 'What is it?',
    style: 'short',
    choices: [],
    domain: null,
    givenAnswer: null,
    deadlineMs: null,
    ...over,
  };
}

/** Choices labelled A, B, C, … */
export function choices(...texts: readonly string[]): Question['choices'] {
  return texts.map((text, i) => ({ label: String.fromCharCode(65 + i), text }));
}

/** The question's plan; it must not be refused. */
export function planned(over: Partial<Question> = {}, options = scoringOptions()): PlannedQuestion {
  const plan = planQuestion(question(over), tokenizer, options);
  assert.ok(!isRefused(plan), 'refused');
  return plan;
}

/** An answer as if the model had written `text`, token by token. */
export function written(
  text: string,
  over: Partial<Question> = {},
  more: Partial<WrittenAnswer> = {},
): WrittenAnswer {
  const plan = planned(over);
  return {
    ...plan,
    text: text.trim(),
    tokens: tracesOf(tokenizer.encode(text)),
    finishReason: 'stop',
    extracted: extractAnswer(plan.question.style, text, plan.question.choices).extracted,
    entropyNats: 0.7,
    hidden: undefined,
    computed: { answer: 3, confidence: 0, scoring: 0 },
    scores: [],
    spoken: null,
    distractors: [],
    ...more,
  };
}

/** Where the scores of these tests come from. */
export const ORIGIN = { model: 'scripted', adapterVersion: 0 };

/** An answer's score of that name; it must be there. */
export function scoreNamed(answer: WrittenAnswer | undefined, name: ScoreName): Score {
  const found = answer?.scores.filter((score) => score.name === name) ?? [];
  assert.equal(found.length, 1, `${found.length} scores are called ${name}`);
  return found[0] as Score;
}
