import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { conversation } from './plan-question.ts';
import type { PromptSet, PromptTemplate } from './prompts/prompt-set.ts';

/** Fillings that share no first letter, so that what two prompts have in common is the template's. */
const FILLINGS = ['Aa', 'Zz'].map((text) => ({
  question: text,
  choices: text,
  reasoning: '',
  answer: text,
  first: text,
  second: text,
}));

/**
 * The beginnings that every question's prompts have in common: system message and whatever stands before
 * the first gap. A model computes them once.
 *
 * @returns One per template that has a system message, without repeats.
 */
export function sharedPrefixes(prompts: PromptSet, tokenizer: Tokenizer): TokenIds[] {
  const templates: PromptTemplate[] = [...Object.values(prompts.answer), prompts.pTrue];
  const prefixes = templates.map((template) => {
    const [first, second] = FILLINGS.map((gaps) =>
      tokenizer.encodeChat(conversation(template, gaps)),
    );
    const end = (first as TokenIds).findIndex((id, i) => id !== second?.[i]);
    return (first as TokenIds).slice(0, Math.max(0, end));
  });
  const seen = new Set<string>();
  return prefixes.filter((ids) => {
    const key = ids.join(' ');
    if (ids.length === 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
