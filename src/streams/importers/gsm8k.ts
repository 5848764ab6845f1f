import { textOf, type Importer } from './importer.ts';

/** GSM8K: `question`, `answer` (worked solution; the number stands after `####`). Source: Cobbe et al. 2021. */
export const GSM8K: Importer = {
  format: 'gsm8k',
  expects: '{"question": TEXT, "answer": "… #### NUMBER"}',
  licence: 'MIT',
  recognises: (record) =>
    'question' in record &&
    typeof record['answer'] === 'string' &&
    record['answer'].includes('####'),
  read: (record, position) => {
    const question = textOf(record['question']);
    const solution = textOf(record['answer']);
    if (question === undefined) return 'no text under "question"';
    if (solution === undefined) return 'no text under "answer"';
    const final = textOf(solution.split('####')[1]);
    if (final === undefined || !/^[-+]?[\d,.]*\d$/.test(final))
      return 'no number after "####" in "answer"';
    return {
      id: `gsm8k-${position}`,
      domain: 'gsm8k',
      question,
      style: 'reasoning',
      choices: [],
      accepted: [final.replaceAll(',', '')],
    };
  },
};
