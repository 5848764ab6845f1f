import { readChoiceRecord } from './choice-record.ts';
import { recordOf, type Importer } from './importer.ts';

/** CommonsenseQA: `question`, `choices.label`, `choices.text`, `answerKey`. Source: Talmor et al. 2019. */
export const COMMONSENSEQA: Importer = {
  format: 'commonsenseqa',
  expects:
    '{"id": TEXT, "question": TEXT, "choices": {"label": […], "text": […]}, "answerKey": LABEL}',
  licence: 'MIT',
  recognises: (record) => {
    const nested = recordOf(record['question']);
    return nested === undefined
      ? 'choices' in record && 'question' in record
      : 'question_concept' in nested;
  },
  read: (record, position) => readChoiceRecord(record, 'commonsenseqa', position),
};
