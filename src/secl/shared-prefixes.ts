import type { TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { conversation } from './plan-question.ts';
import type { PromptSet, PromptTemplate } from './prompts/prompt-set.ts';

/** Fillings that begin as differently as questions do, so that what their prompts share is the template's. */
const FILLINGS = ['Aa', 'Zz', 'what', '1', '"', '('].map((text) => ({
  question: text,
  choices: text,
  reasoning: '',
  answer: text,
}));

/**
 * The beginnings that every question's prompts have in common: system message and whatever stands before
 * the first gap. A model computes them once.
 *
 * @returns One per template with a gap, without repeats.
 */
export function sharedPrefixes(prompts: PromptSet, tokenizer: Tokenizer): TokenIds[] {
  const templates: PromptTemplate[] = [...Object.values(prompts.answer), prompts.pTrue];
  const prefixes = templates.map((template) => {
    const [first = [], ...others] = FILLINGS.map((gaps) =>
      tokenizer.encodeChat(conversation(template, gaps)),
    );
    const end = first.findIndex((id, i) => others.some((ids) => ids[i] !== id));
    return first.slice(0, Math.max(0, end));
  });
  const seen = new Set<string>();
  return prefixes.filter((ids) => {
    const key = ids.join(' ');
    if (ids.length === 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
