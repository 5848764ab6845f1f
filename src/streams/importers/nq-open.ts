import { textOf, textsOf, type Importer } from './importer.ts';

/** NQ-Open: `question`, `answer` (list of accepted answers). Source: Lee et al. 2019. */
export const NQ_OPEN: Importer = {
  format: 'nq-open',
  expects: '{"question": TEXT, "answer": [TEXT, …]}',
  licence: 'Apache-2.0',
  recognises: (record) => 'question' in record && Array.isArray(record['answer']),
  read: (record, position) => {
    const question = textOf(record['question']);
    const accepted = textsOf(record['answer']);
    if (question === undefined) return 'no text under "question"';
    if (accepted === undefined) return 'no list of texts under "answer"';
    if (accepted.length === 0) return 'an empty list under "answer"';
    return {
      id: `nq-open-${position}`,
      domain: 'nq-open',
      question,
      style: 'short',
      choices: [],
      accepted,
    };
  },
};
