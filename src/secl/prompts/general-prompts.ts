import type { PromptSet } from './prompt-set.ts';

const SCALE = 'Reply with one digit from 0 (certainly wrong) to 9 (certainly right).';
const JUDGE = 'You judge answers. Reply with one word, True or False.';

/** Prompts for instruction-tuned chat models, used unless a family has its own. Source: ours. */
export const GENERAL_PROMPTS: PromptSet = {
  name: 'general',
  answer: {
    short: {
      name: 'answer-short',
      version: 1,
      system: 'Answer the question with the answer alone, in as few words as possible.',
      user: '{question}',
    },
    choice: {
      name: 'answer-choice',
      version: 1,
      system: 'Answer the question with the letter of the right choice alone.',
      user: '{question}\n{choices}',
    },
    reasoning: {
      name: 'answer-reasoning',
      version: 1,
      system:
        'Solve the problem step by step, briefly. End with one line: "The answer is" and the final answer.',
      user: '{question}',
    },
  },
  confidence: {
    name: 'confidence',
    version: 1,
    system: null,
    user: `How likely is it that your answer is correct? ${SCALE}`,
  },
  confidenceWithEvidence: {
    name: 'confidence-with-evidence',
    version: 1,
    system: null,
    user: `How likely is it that your answer is correct? When you wrote it, its probability was {evidence} out of 9. ${SCALE}`,
  },
  confidenceWithBoth: {
    name: 'confidence-with-both',
    version: 1,
    system: null,
    user: 'Probability {probability}, certainty {certainty}. Is it correct? Reply 0-9.',
  },
  confidenceWithCombination: {
    name: 'confidence-with-combination',
    version: 1,
    system: null,
    user: 'Confidence digit: {estimate}. Repeat it, or correct it.',
  },
  pTrue: {
    name: 'p-true',
    version: 1,
    system: JUDGE,
    user: 'Question: {question}\n{reasoning}Proposed answer: {answer}\nIs the proposed answer True or False?',
  },
  sameMeaning: {
    name: 'same-meaning',
    version: 1,
    system: JUDGE,
    user: 'Question: {question}\nFirst answer: {first}\nSecond answer: {second}\nTrue or False: both answers say the same.',
  },
};
