import {
  defer,
  finalize,
  identity,
  map,
  tap,
  type MonoTypeOperatorFunction,
  type OperatorFunction,
} from 'rxjs';
import { SeclError } from '../errors/secl-error.ts';
import type { IncomingRecord, OutgoingRecord, PartitionLease } from '../ports/broker.ts';
import type { Span } from '../ports/telemetry.ts';
import { traceHeaders } from '../ports/trace-headers.ts';
import { settledSpans, trainingSpan } from './loop-spans.ts';
import { measureBatches } from './measure-batch.ts';
import type { PublishedBatch } from './publish-answers.ts';
import type { AnsweredBatch, RecordBatch } from './question-batch.ts';
import { messagingAttributes, questionSpans, type QuestionSpans } from './question-spans.ts';
import { CONVENTION } from './span-attributes.ts';
import type { BatchTimes, Stage, StageTime, TraceOptions } from './trace-options.ts';

/** Any form of a batch on its way. */
type OnItsWay = Pick<RecordBatch, 'records'>;

/** Watches a partition's batches on their way; puts nothing into them but headers. */
export interface BatchTracer {
  /** After the source: a batch's way begins. */
  readonly polled: MonoTypeOperatorFunction<RecordBatch>;
  /** Around a part of the way that takes one batch after the other. */
  stage<A extends OnItsWay, B extends OnItsWay>(
    stage: Stage,
    part: OperatorFunction<A, B>,
  ): OperatorFunction<A, B>;
  /** Around what makes a batch's commit: its records carry contexts afterwards. */
  published(
    part: OperatorFunction<AnsweredBatch, PublishedBatch>,
  ): OperatorFunction<AnsweredBatch, PublishedBatch>;
  /** After what commits: the way is over, or an error or the end of the subscription cut all of them off. */
  readonly committed: MonoTypeOperatorFunction<PublishedBatch>;
}

/** Watches nothing. */
export const UNTRACED: BatchTracer = {
  polled: identity,
  stage: (_, part) => part,
  published: identity,
  committed: identity,
};

/** A batch between being read and being durable. */
interface Way extends BatchTimes {
  readonly lease: PartitionLease;
  readonly records: readonly IncomingRecord[];
  readonly stages: Map<Stage, StageTime>;
  /** The part that is under way. */
  at: { readonly stage: Stage; readonly startMs: number } | null;
  batch: Span | null;
  /** What it came to, once that is known. */
  made: { readonly answered: AnsweredBatch; readonly ready: PublishedBatch } | null;
  questions: readonly QuestionSpans[];
}

/** Why a batch failed, without the texts that an error of a library might quote. */
interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Whoever unsubscribes, as where a partition is taken away, does not hear what becomes of a commit under way. */
const CUT_OFF: Failure = {
  code: 'CANCELLED',
  message: 'the work was cut off; whatever was not committed is done again',
};

/**
 * Makes one trace per question over consume, answer, verbalize, gate, score, publish and commit, and one per batch
 * with what the loop did, linked to each other. Spans are made when a batch's commit is, with the times that were
 * noted on its way: by then it is known whether it is to be kept, and what is not kept costs next to nothing.
 *
 * State: batches on their way; one tracer serves one subscription.
 */
export function traceBatches(options: TraceOptions): BatchTracer {
  const { telemetry, memory, clock } = options;
  if (!telemetry.on) return UNTRACED;
  const ways = new Map<readonly IncomingRecord[], Way>();
  const meter = measureBatches(telemetry, options.model);
  /** Batches whose commit is under way, in their order. */
  const committing: Way[] = [];
  let committedMs = 0;
  /** Wall clock at the monotonic clock's zero: times finer than a millisecond, without jumps. */
  const originMs = clock.nowMs() - clock.monotonicMs();
  const now = (): number => originMs + clock.monotonicMs();

  const begin = (way: Way | undefined, stage: Stage): void => {
    if (way !== undefined) way.at = { stage, startMs: now() };
  };
  const end = (way: Way | undefined): void => {
    if (way === undefined || way.at === null) return;
    way.stages.set(way.at.stage, { startMs: way.at.startMs, endMs: now() });
    way.at = null;
  };

  const batchSpan = ({ lease, records, polledMs }: Way, keep: boolean): Span =>
    telemetry.span(`process batch of ${lease.topic}`, {
      kind: 'consumer',
      startMs: polledMs,
      keep,
      attributes: {
        ...messagingAttributes(options, 'process', lease.topic, lease.partition),
        [CONVENTION.batchCount]: records.length,
        'secl.record.first_offset': Number(records[0]?.offset),
        'secl.record.last_offset': Number(records.at(-1)?.offset),
      },
    });

  /** Makes the spans of a batch whose commit is ready, and lets its records carry their contexts. */
  const trace = (way: Way, answered: AnsweredBatch, ready: PublishedBatch): PublishedBatch => {
    const { records } = way;
    const { answers, deadLetters, settled, trainingBatch, commit } = ready;
    const answerAt = new Map(answers.map((answer) => [answer.sourceOffset, answer]));
    const letterAt = new Map(deadLetters.map((letter) => [letter.sourceOffset, letter]));
    const writtenAt = new Map(
      answered.planned.map(({ record }, i) => [record.offset, answered.answers[i]]),
    );
    const notable =
      settled.length > 0 ||
      trainingBatch !== null ||
      deadLetters.length > 0 ||
      answers.some(({ gate }) => (gate?.burst ?? 0) > 0);
    const batch = batchSpan(way, notable);
    batch.set({ 'secl.adapter.version': answered.adapterVersion });
    way.batch = batch;
    way.questions = records.map((record, i) => {
      const offset = Number(record.offset);
      const answer = answerAt.get(offset);
      const spans = questionSpans(
        {
          record,
          answer,
          letter: letterAt.get(offset),
          written: writtenAt.get(record.offset),
          sentTo: commit.records[i]?.topic ?? '',
        },
        way,
        batch.context,
        options,
      );
      if (answer !== undefined && spans.root.recording)
        memory.questions.set(answer.questionId, spans.root.context);
      return spans;
    });
    batch.link(way.questions.filter(({ root }) => root.recording).map(({ root }) => root.context));
    const instant = { startMs: now(), endMs: now() };
    const adapters = settledSpans(
      settled,
      way.stages.get('settle') ?? instant,
      batch.context,
      options,
    );
    const training =
      trainingBatch === null
        ? undefined
        : trainingSpan(trainingBatch, way.stages.get('learn') ?? instant, batch.context, options);
    const carriedBy = (i: number): ReturnType<typeof traceHeaders> => {
      const question = way.questions[i];
      if (question !== undefined)
        return question.carried === undefined ? {} : traceHeaders(question.carried);
      // The batch to train on comes last, what became of adapters before it.
      const loop = i === commit.records.length - 1 ? (training ?? adapters) : adapters;
      return loop === undefined ? {} : traceHeaders(loop.context, loop.links);
    };
    return {
      ...ready,
      commit: {
        ...commit,
        records: commit.records.map((record, i): OutgoingRecord => {
          const headers = carriedBy(i);
          return { ...record, headers: { ...record.headers, ...headers } };
        }),
      },
    };
  };

  /** Says what is left to say of a batch. */
  const close = (way: Way, failure?: Failure): void => {
    ways.delete(way.records);
    if (committing[0] === way) {
      committing.shift();
      const startMs = Math.max(committedMs, way.stages.get('publish')?.endMs ?? 0);
      committedMs = now();
      way.stages.set('commit', { startMs, endMs: committedMs });
    }
    for (const question of way.questions) question.finish(way, failure);
    meter.done(way.lease, way.made, way, ways.size, failure?.code);
    if (failure !== undefined) {
      way.batch ??= batchSpan(way, true);
      if (way.at !== null) way.batch.set({ 'secl.phase': way.at.stage });
      way.batch.fail(failure.code, failure.message);
    }
    way.batch?.end(now());
  };

  return {
    polled: tap(({ lease, records }) => {
      const stages = new Map<Stage, StageTime>();
      const polledMs = now();
      ways.set(records, {
        ...{ lease, records, polledMs, stages },
        ...{ at: null, batch: null, made: null, questions: [] },
      });
      meter.read(lease, records.length, ways.size);
    }),
    stage: (stage, part) => (source) =>
      source.pipe(
        tap(({ records }) => {
          begin(ways.get(records), stage);
        }),
        part,
        tap(({ records }) => {
          end(ways.get(records));
        }),
      ),
    published: (part) => (source) =>
      defer(() => {
        // They leave in the order in which they come.
        const coming: AnsweredBatch[] = [];
        return source.pipe(
          tap((batch) => {
            coming.push(batch);
            begin(ways.get(batch.records), 'publish');
          }),
          part,
          map((ready) => {
            const answered = coming.shift();
            const way = answered === undefined ? undefined : ways.get(answered.records);
            if (answered === undefined || way === undefined) return ready;
            end(way);
            committing.push(way);
            way.made = { answered, ready };
            return trace(way, answered, ready);
          }),
        );
      }),
    committed: (source) =>
      source.pipe(
        tap({
          next: () => {
            const [way] = committing;
            if (way !== undefined) close(way);
          },
          error: (error: unknown) => {
            const failure = failureOf(error);
            for (const way of ways.values()) close(way, failure);
          },
        }),
        finalize(() => {
          for (const way of ways.values()) close(way, CUT_OFF);
        }),
      ),
  };
}

function failureOf(error: unknown): Failure {
  return error instanceof SeclError
    ? { code: error.code, message: error.message }
    : { code: error instanceof Error ? error.name : 'unknown', message: 'an unexpected error' };
}
