import { defer, identity, pipe, tap, type Observable } from 'rxjs';
import { SeclError } from '../errors/secl-error.ts';
import { answerBatches } from '../operators/answer-batches.ts';
import { restoreAnswerState } from '../operators/answer-state.ts';
import { beginCounters } from '../operators/begin-counters.ts';
import { commitBatches } from '../operators/commit-batches.ts';
import { createCredit } from '../operators/credit.ts';
import { decodeQuestions } from '../operators/decode-questions.ts';
import { gateBatches } from '../operators/gate-batches.ts';
import { inScope } from '../operators/in-scope.ts';
import { judgeBatches } from '../operators/judge-batches.ts';
import { learnBatches } from '../operators/learn-batches.ts';
import { loopCell, restoreLoop } from '../operators/loop-state.ts';
import { pollBatches } from '../operators/poll-batches.ts';
import { publishAnswers, type PublishedBatch } from '../operators/publish-answers.ts';
import { settleAdapters } from '../operators/settle-adapters.ts';
import { traceBatches, UNTRACED } from '../operators/trace-batches.ts';
import type { TraceOptions } from '../operators/trace-options.ts';
import { watchBase } from '../operators/watch-base.ts';
import { verbalizeBatches } from '../operators/verbalize-batches.ts';
import type { PartitionLease } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { sharedPrefixes } from '../secl/shared-prefixes.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import type { Topology } from '../topology/topology.ts';
import type { TrainingDesk } from './training-desk.ts';
import { batchIdOf } from './worker/batch-id.ts';
import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';

/** State entry that says what the state belongs to. */
const FINGERPRINT_KEY = 'answers/fingerprint';

/** What {@link answerPartition} needs. */
export interface AnswerPartitionOptions {
  readonly topology: Topology;
  readonly scoring: ScoringOptions;
  readonly model: Pick<LanguageModel, 'description' | 'tokenizer' | 'openScope' | 'setAdapter'>;
  readonly codecs: RecordCodecs;
  readonly clock: Clock;
  /** Fires when no more batches are to be begun. */
  readonly drain: AbortSignal;
  /** Records in the whole stream, or `null` if it has no end. */
  readonly totalRecords: number | null;
  /** Whether a stream without a known end ends where the partition does. @defaultValue false */
  readonly toEnd?: boolean | undefined;
  /** Of topology, prompts, model and schemas: state made under another one is refused. */
  readonly fingerprint: string;
  /** Trains what bursts teach; `null`: nothing is trained. */
  readonly desk: TrainingDesk | null;
  /** Whether trainers write the versions of adapters themselves. @defaultValue false */
  readonly trainersWrite?: boolean;
  /** How what happens is traced; absent: it is not. */
  readonly tracing?: PartitionTracing;
}

/** What of tracing the partition does not know itself. */
export type PartitionTracing = Pick<TraceOptions, 'telemetry' | 'memory' | 'system' | 'group'>;

/** The fingerprint that a partition's state was made under; `undefined` where there is no state yet. */
export function fingerprintOf({ state }: Pick<PartitionLease, 'state'>): string | undefined {
  const made = state.get(FINGERPRINT_KEY);
  return made === undefined ? undefined : new TextDecoder().decode(made);
}

/** Refuses state that was made under another fingerprint. @throws SeclError `STATE_MISMATCH`. */
export function requireFingerprint(
  lease: Pick<PartitionLease, 'state' | 'topic' | 'partition'>,
  fingerprint: string,
): void {
  const made = fingerprintOf(lease);
  if (made === undefined || made === fingerprint) return;
  throw new SeclError(
    'STATE_MISMATCH',
    `the state of ${lease.topic}/${lease.partition} was made with another topology, prompt set, model, machine or version`,
    {
      hint: 'Start a new run folder or consumer group, or go on with the settings and machine the run began with.',
    },
  );
}

/**
 * The main pipeline over one leased partition, from committed state on: poll, decode, answer, verbalize,
 * gate, judge, learn, publish, commit; before each batch the adapter that has come is put in place.
 *
 * @returns Cold; emits each batch once it is durable. Errors with `STATE_MISMATCH` if the partition's
 *   state belongs to another topology, prompt set, model or schema.
 */
export function answerPartition(
  lease: PartitionLease,
  options: AnswerPartitionOptions,
): Observable<PublishedBatch> {
  const { topology, scoring, model, codecs, clock } = options;
  return defer(() => {
    requireFingerprint(lease, options.fingerprint);
    const fingerprint = new TextEncoder().encode(options.fingerprint);
    const state = restoreAnswerState(lease.state);
    const cell = loopCell(restoreLoop(lease.state, topology.gate));
    const { desk, tracing } = options;
    const trace =
      tracing === undefined
        ? UNTRACED
        : traceBatches({ ...tracing, clock, model: model.description.name });
    if (tracing !== undefined) beginCounters(tracing.telemetry, lease, desk !== null);
    const prefixes = sharedPrefixes(scoring.prompts, model.tokenizer);
    const adaptAll = scoring.adapterScope === 'conversation';
    const { kind, statistics } = topology.gate;
    const watchesHidden = kind === 'drift' && statistics.includes('hidden');
    const prepare =
      desk === null
        ? identity
        : pipe(
            trace.stage('settle', settleAdapters(cell, { ...desk, model, clock })),
            adaptAll && watchesHidden ? watchBase(model, prefixes) : identity,
          );
    // A batch that waits for the adapter of the one before can only begin once that one is durable.
    const waits = desk !== null && topology.training.mode === 'barrier';
    const credit = createCredit(waits ? 1 : topology.batch.maxInFlight);
    const origin = { model: model.description.name, adapterVersion: 0 };
    return pollBatches(lease, {
      maxBatch: topology.batch.maxBatch,
      maxWaitMs: topology.batch.maxWaitMs,
      recordsLeft: options.totalRecords === null ? null : options.totalRecords - state.consumed,
      toEnd: options.toEnd,
      credit,
      clock,
      drain: options.drain,
    }).pipe(
      trace.polled,
      trace.stage(
        'consume',
        decodeQuestions({ codec: codecs.question, tokenizer: model.tokenizer, scoring, clock }),
      ),
      inScope(
        model,
        prefixes,
        pipe(
          trace.stage('answer', answerBatches(model.tokenizer, scoring, origin)),
          trace.stage('verbalize', verbalizeBatches(model.tokenizer, scoring, origin)),
          trace.stage('gate', gateBatches(cell, topology.gate)),
          trace.stage(
            'score',
            judgeBatches(
              model.tokenizer,
              scoring,
              origin,
              topology.scoring.when === 'burst' ? 'burst' : 'always',
            ),
          ),
        ),
        prepare,
        { adaptAll },
      ),
      trace.stage(
        'learn',
        learnBatches(cell, desk?.learning ?? null, (lineage, ordinal) =>
          batchIdOf(lineage, ordinal, lease.partition),
        ),
      ),
      tap(({ trainingBatch }) => {
        if (trainingBatch !== null) desk?.expect(trainingBatch.batchId);
      }),
      trace.published(
        publishAnswers(state, {
          topics: topology.topics,
          answerCodec: codecs.answer,
          deadLetterCodec: codecs.deadLetter,
          model: model.description,
          loop: { topics: topology.topics, codecs, versions: options.trainersWrite !== true },
          published: scoring.published,
          scores: scoring.scores,
          stateEntries: new Map([[FINGERPRINT_KEY, fingerprint]]),
          clock,
        }),
      ),
      commitBatches(credit),
      trace.committed,
      tap(({ trainingBatch }) => {
        if (trainingBatch !== null) desk?.begin(trainingBatch);
      }),
    );
  });
}
