import { extractChoice, type LabelledChoice } from './extract-choice.ts';
import type { ExtractedAnswer } from './extracted-answer.ts';
import { extractReasoning } from './extract-reasoning.ts';
import { extractShort } from './extract-short.ts';

/** Leaves out what a reasoning model thinks before it answers. */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/, '');
}

/**
 * Finds the answer in what a model wrote. Sees the question's choices but never its label, and shares no
 * code with the matcher beyond the normalisation of text. The rules are in `docs/matching.md`.
 *
 * @param style - How the answer was asked for.
 * @param choices - The question's choices; empty but for style `choice`.
 */
export function extractAnswer(
  style: 'short' | 'choice' | 'reasoning',
  text: string,
  choices: readonly LabelledChoice[],
): ExtractedAnswer {
  const written = withoutThinking(text);
  if (style === 'choice') return extractChoice(written, choices);
  if (style === 'reasoning') return extractReasoning(written);
  return { extracted: extractShort(written), ambiguous: false };
}
