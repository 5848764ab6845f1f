import type { SeededRandom } from '../../random/seeded-random.ts';
import type { StreamItem } from '../stream-item.ts';
import { recordOf, textOf, textsOf, type Importer, type PublishedRecord } from './importer.ts';

const LABELS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A right answer among wrong ones: choices in a seeded order, since the files name the right one first. */
function item(
  question: string,
  right: string,
  wrong: readonly string[],
  position: number,
  random: SeededRandom,
): StreamItem | string {
  const texts = [...new Set([right, ...wrong])];
  if (texts.length < 2) return 'no wrong answer to choose from';
  const id = `truthfulqa-${position}`;
  // More choices than letters do not occur in the published files; the rest would have no label.
  const kept = texts.slice(0, LABELS.length);
  const choices = random
    .fork(id)
    .shuffle(kept)
    .map((text, i) => ({ label: LABELS.charAt(i), text }));
  const label = choices.find((choice) => choice.text === right)?.label ?? '';
  return { id, domain: 'truthfulqa', question, style: 'choice', choices, accepted: [label] };
}

/** Multiple choice with one right answer: `mc1_targets`, as `{text: 0 or 1}` or as two lists. */
function readMultipleChoice(
  record: PublishedRecord,
  question: string,
  position: number,
  random: SeededRandom,
): StreamItem | string {
  const targets = recordOf(record['mc1_targets']);
  const choices = textsOf(targets?.['choices']);
  const labels = targets?.['labels'];
  const entries: (readonly [string, unknown])[] =
    choices !== undefined && Array.isArray(labels)
      ? choices.map((text, i) => [text, (labels as unknown[])[i]])
      : Object.entries(targets ?? {});
  const right = entries.filter(([, mark]) => mark === 1).map(([text]) => text);
  const wrong = entries.filter(([, mark]) => mark === 0).map(([text]) => text);
  if (right.length !== 1 || right[0] === undefined || right.length + wrong.length < entries.length)
    return 'no single right answer under "mc1_targets"';
  return item(question, right[0], wrong, position, random);
}

/**
 * TruthfulQA, as multiple choice with one right answer (the authors' MC1): from `TruthfulQA.csv`, whose best answer
 * stands among its incorrect ones, or from the multiple-choice JSON (`mc1_targets`). Its free answers are whole
 * sentences, which no comparison of texts can judge. Source: Lin et al. 2022.
 */
export const TRUTHFULQA: Importer = {
  format: 'truthfulqa',
  expects:
    'CSV with the columns Question, Best Answer and Incorrect Answers, or JSON {"question": TEXT, "mc1_targets": {…}}',
  licence: 'Apache-2.0',
  recognises: (record) => 'mc1_targets' in record || 'Best Answer' in record,
  read: (record, position, random) => {
    const question = textOf(record['question'] ?? record['Question']);
    if (question === undefined) return 'no text of the question';
    if ('mc1_targets' in record) return readMultipleChoice(record, question, position, random);
    const right = textOf(record['Best Answer']);
    const incorrect = textOf(record['Incorrect Answers']);
    if (right === undefined) return 'no text under "Best Answer"';
    if (incorrect === undefined) return 'no text under "Incorrect Answers"';
    const wrong = incorrect
      .split(';')
      .map((text) => text.trim())
      .filter((text) => text !== '');
    return item(question, right, wrong, position, random);
  },
};
