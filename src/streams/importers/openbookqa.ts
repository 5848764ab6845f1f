import { readChoiceRecord } from './choice-record.ts';
import { recordOf, type Importer } from './importer.ts';

/** OpenBookQA: `id`, `question.stem`, `question.choices`, `answerKey`. Source: Mihaylov et al. 2018. */
export const OPENBOOKQA: Importer = {
  format: 'openbookqa',
  expects:
    '{"id": TEXT, "question": {"stem": TEXT, "choices": [{"text", "label"}, …]}, "answerKey": LABEL}',
  licence: 'Apache-2.0',
  recognises: (record) => {
    const nested = recordOf(record['question']);
    return nested === undefined
      ? 'question_stem' in record
      : 'stem' in nested && !('question_concept' in nested);
  },
  read: (record, position) => readChoiceRecord(record, 'openbookqa', position),
};
