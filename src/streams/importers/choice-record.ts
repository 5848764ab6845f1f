import type { Choice } from '../../events/question.ts';
import type { StreamItem } from '../stream-item.ts';
import { recordOf, textOf, textsOf, type PublishedRecord } from './importer.ts';

/** Choices as two lists, `{"label": […], "text": […]}`, or as a list of `{"label", "text"}`. */
function choicesOf(value: unknown): Choice[] | undefined {
  const lists = recordOf(value);
  if (lists !== undefined) {
    const labels = textsOf(lists['label']);
    const texts = textsOf(lists['text']);
    if (labels === undefined || texts?.length !== labels.length) return undefined;
    return labels.map((label, i) => ({ label, text: texts[i] ?? '' }));
  }
  if (!Array.isArray(value)) return undefined;
  const choices = value.flatMap((entry): Choice[] => {
    const label = textOf(recordOf(entry)?.['label']);
    const text = textOf(recordOf(entry)?.['text']);
    return label === undefined || text === undefined ? [] : [{ label, text }];
  });
  return choices.length === value.length ? choices : undefined;
}

/**
 * Reads a multiple-choice record, flat (`question` or `question_stem`, `choices`) as the Hugging Face copies have
 * it, or nested (`question.stem`, `question.choices`) as the authors published it. Without an `answerKey`, as in
 * hidden test splits, the question is unlabelled.
 *
 * @returns The question, or what is wrong with the record.
 */
export function readChoiceRecord(
  record: PublishedRecord,
  domain: string,
  position: number,
): StreamItem | string {
  const nested = recordOf(record['question']);
  const question = textOf(nested?.['stem'] ?? record['question_stem'] ?? record['question']);
  if (question === undefined) return 'no text of the question';
  const choices = choicesOf(nested?.['choices'] ?? record['choices']);
  if (choices === undefined || choices.length < 2) return 'no choices with "label" and "text"';
  if (new Set(choices.map((choice) => choice.label)).size < choices.length)
    return 'two choices have the same label';
  const key = textOf(record['answerKey']);
  if (key !== undefined && !choices.some((choice) => choice.label === key))
    return '"answerKey" is no label of a choice';
  const id = textOf(record['id']) ?? String(position);
  return {
    id: `${domain}-${id}`,
    domain,
    question,
    style: 'choice',
    choices,
    accepted: key === undefined ? [] : [key],
  };
}
