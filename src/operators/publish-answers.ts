import { defer, map, type OperatorFunction } from 'rxjs';
import type { Answer, PublishedConfidence } from '../events/answer.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { Question } from '../events/question.ts';
import type { ScoreName } from '../events/score.ts';
import type { TrainingBatch } from '../events/training-batch.ts';
import type {
  IncomingRecord,
  OutgoingRecord,
  PartitionCommit,
  PartitionLease,
  RecordHeaders,
} from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { ModelDescription } from '../ports/language-model.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import { stepAnswerState, type AnswerState } from './answer-state.ts';
import { deadLetterOf } from './dead-letter-of.ts';
import { loopRecords, type LoopCodecs, type LoopTopics } from './loop-records.ts';
import type { AnsweredBatch, SettledAdapter } from './question-batch.ts';

/** Most bytes of headers that are handed on; with more, none are. */
const HEADER_BYTES = 64 * 1024;

/** What {@link publishAnswers} needs. */
export interface PublishOptions {
  readonly topics: { readonly answers: string; readonly deadLetters: string };
  /** Where the loop's records go; absent: there is no loop. */
  readonly loop?: {
    readonly topics: LoopTopics;
    readonly codecs: LoopCodecs;
    /** Whether adapters' own records are written; not where trainers do. @defaultValue true */
    readonly versions?: boolean;
  };
  readonly answerCodec: Codec<Answer>;
  readonly deadLetterCodec: Codec<DeadLetter>;
  readonly model: ModelDescription;
  /** Which score is the published one. */
  readonly published: ScoreName;
  /** Scores that go out; the free ones are always computed, since evidence needs them. */
  readonly scores: readonly ScoreName[];
  /** Entries that go with every commit, e.g. what the state belongs to. */
  readonly stateEntries: ReadonlyMap<string, Uint8Array>;
  readonly clock: Clock;
}

/** Everything a batch caused, ready to be committed, and the answers themselves for whoever watches. */
export interface PublishedBatch {
  readonly lease: PartitionLease;
  readonly commit: PartitionCommit;
  readonly answers: readonly Answer[];
  readonly deadLetters: readonly DeadLetter[];
  /** Adapters decided about before the batch. */
  readonly settled: readonly SettledAdapter[];
  /** What is to be trained on once this is durable. */
  readonly trainingBatch: TrainingBatch | null;
  readonly state: AnswerState;
}

function publishedConfidence(
  answer: WrittenAnswer,
  source: ScoreName,
  adapterVersion: number,
): PublishedConfidence {
  const { spoken } = answer;
  if (spoken?.name === source)
    return { value: spoken.confidence, source, adapterVersion: spoken.adapterVersion };
  const score = answer.scores.find((candidate) => candidate.name === source);
  return {
    value: score?.value ?? null,
    source,
    adapterVersion: score?.adapterVersion ?? adapterVersion,
  };
}

/** The input's headers, trace context among them, unless they are too many to go with an answer. */
function handedOn(headers: RecordHeaders): RecordHeaders {
  const bytes = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + 3 * name.length + value.length,
    0,
  );
  return bytes > HEADER_BYTES ? {} : headers;
}

const UNREAD = { code: 'RECORD_INVALID', reason: 'the record could not be read' };

/** Whether the question's deadline had passed at `nowMs`. */
function isLate(question: Question, nowMs: number): boolean {
  return question.deadlineMs !== null && nowMs > question.deadlineMs;
}

/**
 * Turns an answered batch into one commit: answers, dead letters, state and next offset. A fold over the
 * partition's batches, from the committed state on.
 *
 *     source  --a--b--|
 *     result  --A--B--|
 *
 * State: per subscription, restored from `initial`. Drops, delays and reorders nothing.
 */
export function publishAnswers(
  initial: AnswerState,
  options: PublishOptions,
): OperatorFunction<AnsweredBatch, PublishedBatch> {
  const { topics, loop, answerCodec, deadLetterCodec, model, clock } = options;

  const outgoing = (
    topic: string,
    record: IncomingRecord,
    key: Uint8Array | null,
    value: Uint8Array,
  ): OutgoingRecord => ({
    topic,
    // The same partition as its question, so that order and co-partitioning with labels hold.
    partition: record.partition,
    key,
    value,
    headers: handedOn(record.headers),
  });

  return (source) =>
    defer(() => {
      let state = initial;
      return source.pipe(
        map((batch): PublishedBatch => {
          const nowMs = clock.nowMs();
          const durationMs = clock.monotonicMs() - batch.startedMs;
          const byOffset = new Map(
            batch.planned.map((item, i) => [item.record.offset, batch.answers[i] as WrittenAnswer]),
          );
          const readings = new Map(
            batch.planned.map((item, i) => [item.record.offset, batch.gate[i]]),
          );
          const refused = new Map(batch.unanswerable.map((item) => [item.record.offset, item]));
          const step = stepAnswerState(
            state,
            batch.records.map((record) => ({
              questionId: byOffset.get(record.offset)?.question.id ?? null,
              offset: Number(record.offset),
            })),
          );
          state = step.state;
          const answers: Answer[] = [];
          const deadLetters: DeadLetter[] = [];
          const records = batch.records.map((record, i) => {
            const written = byOffset.get(record.offset);
            if (written === undefined) {
              const failure = refused.get(record.offset) ?? UNREAD;
              const letter = deadLetterOf(record, failure, nowMs);
              deadLetters.push(letter);
              return outgoing(
                topics.deadLetters,
                record,
                letter.key,
                deadLetterCodec.encode(letter),
              );
            }
            const { question, computed } = written;
            const answer: Answer = {
              questionId: question.id,
              sourceTopic: record.topic,
              sourcePartition: record.partition,
              sourceOffset: Number(record.offset),
              domain: question.domain,
              style: question.style,
              text: written.text,
              extracted: written.extracted,
              tokenIds: written.tokens.map((token) => token.id),
              finishReason: written.finishReason,
              entropyNats: written.entropyNats,
              published: publishedConfidence(written, options.published, batch.adapterVersion),
              scores: written.scores.filter((score) => options.scores.includes(score.name)),
              distractors: written.distractors,
              forwardTokens: {
                ...computed,
                training: 0,
                total: computed.answer + computed.confidence + computed.scoring,
              },
              model: model.name,
              modelFingerprint: model.fingerprint,
              duplicateOf: step.duplicateOf[i] ?? null,
              late: isLate(question, nowMs),
              answeredAtMs: nowMs,
              durationMs,
              hidden: null,
              gate: readings.get(record.offset) ?? null,
              previousConfidence:
                written.spoken?.name === options.published ? written.spoken.previous : null,
            };
            answers.push(answer);
            const key = new TextEncoder().encode(question.id);
            return outgoing(topics.answers, record, key, answerCodec.encode(answer));
          });
          const last = batch.records.at(-1) as IncomingRecord;
          return {
            lease: batch.lease,
            commit: {
              nextOffset: last.offset + 1n,
              records: [
                ...records,
                ...(loop === undefined
                  ? []
                  : loopRecords(batch, loop.topics, loop.codecs, loop.versions)),
              ],
              state: new Map([...options.stateEntries, ...step.changes, ...batch.loopEntries]),
            },
            answers,
            deadLetters,
            settled: batch.settled,
            trainingBatch: batch.trainingBatch,
            state,
          };
        }),
      );
    });
}
