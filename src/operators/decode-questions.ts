import { map, type OperatorFunction } from 'rxjs';
import type { Question } from '../events/question.ts';
import type { IncomingRecord } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { Tokenizer } from '../ports/tokenizer.ts';
import { isRefused, planQuestion } from '../secl/plan-question.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import { NO_LOOP } from './question-batch.ts';
import type {
  PlannedBatch,
  PlannedRecord,
  RecordBatch,
  UnanswerableRecord,
} from './question-batch.ts';

/** What {@link decodeQuestions} needs. */
export interface DecodeOptions {
  readonly codec: Codec<Question>;
  readonly tokenizer: Tokenizer;
  readonly scoring: Pick<
    ScoringOptions,
    'prompts' | 'maxPromptTokens' | 'maxQuestionChars' | 'contextLength'
  >;
  readonly clock: Clock;
}

/**
 * Most bytes of a question's record. What it causes (an answer, a window, entries of state, each with the id and
 * the domain in it) has to fit into records of about 1 MiB, up to six bytes to a character.
 */
export const QUESTION_BYTES = 128 * 1024;

/**
 * Decodes a batch's records and writes their prompts. A record that cannot be read or asked becomes a
 * value with its reason; the batch goes on.
 *
 * State: none. Errors and completion pass through.
 */
export function decodeQuestions(
  options: DecodeOptions,
): OperatorFunction<RecordBatch, PlannedBatch> {
  const { codec, tokenizer, scoring, clock } = options;
  const read = (record: IncomingRecord): PlannedRecord | UnanswerableRecord => {
    if (record.value === null)
      return { record, code: 'RECORD_INVALID', reason: 'the record is empty' };
    const bytes = record.value.length;
    if (bytes > QUESTION_BYTES) {
      const reason = `the record has ${bytes} bytes, the limit is ${QUESTION_BYTES}`;
      return { record, code: 'RECORD_TOO_LARGE', reason };
    }
    const decoded = codec.decode(record.value);
    if (!decoded.ok) return { record, code: 'RECORD_INVALID', reason: decoded.reason };
    const plan = planQuestion(decoded.value, tokenizer, scoring);
    return isRefused(plan) ? { record, code: plan.code, reason: plan.reason } : { record, plan };
  };
  return map((batch) => {
    const startedMs = clock.monotonicMs();
    const items = batch.records.map(read);
    return {
      ...batch,
      ...NO_LOOP,
      startedMs,
      planned: items.filter((item): item is PlannedRecord => 'plan' in item),
      unanswerable: items.filter((item): item is UnanswerableRecord => 'code' in item),
    };
  });
}
