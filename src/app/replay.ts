import { createHash } from 'node:crypto';
import { firstValueFrom, lastValueFrom, merge, Observable, takeUntil, tap } from 'rxjs';
import { precondition, SeclError } from '../errors/secl-error.ts';
import type { Answer } from '../events/answer.ts';
import { concernsLineage, type AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import { calibratePartition } from '../operators/calibrate-partition.ts';
import { PENDING_LABELS } from '../operators/calibration-state.ts';
import { measureWindows } from './measure-windows.ts';
import type { PublishedBatch } from '../operators/publish-answers.ts';
import { traceMemory } from '../operators/trace-memory.ts';
import type { Broker, OutgoingRecord, PartitionLease } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { NO_TELEMETRY } from '../ports/no-telemetry.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Codec } from '../ports/record-codec.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import { canonicalMethod } from '../topology/canonical-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { newestVerdict } from '../verdict/verdict-board.ts';
import type { Verdict } from '../events/verdict.ts';
import {
  answerPartition,
  fingerprintOf,
  requireFingerprint,
  type PartitionTracing,
} from './answer-partition.ts';
import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import { feedRecords, questionBytes } from './feed-records.ts';
import { readWholeTopic } from './read-whole-topic.ts';
import type { ReplayInput } from './replay-input.ts';
import { lineageOf } from './lineage-of.ts';
import { measureLag } from './measure-lag.ts';
import { learningOptionsOf } from './learning-options-of.ts';
import { scoringOptionsOf } from './scoring-options-of.ts';
import { traceTrainer } from './trace-trainer.ts';
import {
  createTrainingDesk,
  type TrainingDesk,
  type TrainingDeskOptions,
} from './training-desk.ts';

/** Consumer group that answers. */
const ANSWERING = 'secl-answering';
/** Consumer group that watches calibration. */
const CALIBRATING = 'secl-calibrating';
/** What traces call the broker of a replay. */
const SYSTEM = 'secl-embedded-log';
/** Grows when what operators keep in committed state changes its form. */
const STATE_FORMAT = 'state-8';
/** Records written at once while a stream is fed in. */
const FEED_CHUNK = 1000;

/** What {@link replay} needs. */
export interface ReplayOptions {
  readonly input: ReplayInput;
  readonly topology: Topology;
  readonly model: LanguageModel;
  readonly broker: Broker;
  readonly codecs: RecordCodecs;
  /** {@link runFingerprint} of topology, model and codecs, where the caller has it already. */
  readonly fingerprint?: string;
  readonly clock: Clock;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  /** Trains the adapter; absent: nothing is trained, whatever the topology says. */
  readonly training?: Pick<TrainingDeskOptions, 'trainer' | 'load'>;
  /** Where what happens is told; absent: nowhere. */
  readonly telemetry?: Telemetry;
  /** Told, and waited for, once it is certain that the broker holds no other run; nothing has been fed in by then. */
  readonly onStarting?: () => Promise<void>;
  /** Told of each batch once it is durable; batches of an earlier run are not told again. */
  readonly onBatch?: (batch: PublishedBatch) => void;
}

/** What a replay came to. */
export interface ReplayResult {
  /** All of the run's committed answers, in the order of their questions. */
  readonly answers: readonly Answer[];
  /** Of questions; labels that could not be read are no part of it. */
  readonly deadLetters: readonly DeadLetter[];
  /** Adapters of the model's lineage, in the order in which they were trained. */
  readonly adapters: readonly AdapterRecord[];
  /** What became of them. */
  readonly decisions: readonly AdapterDecision[];
  /** The newest verdict over all domains; `null`: no window has closed. */
  readonly verdict: Verdict | null;
  /** Whether every question has been consumed; `false` after a drain. */
  readonly complete: boolean;
}

/**
 * What a run's answers depend on besides its stream: topology, prompts, schemas, model and machine. State made
 * under another one is refused.
 */
export function runFingerprint(
  topology: Topology,
  model: LanguageModel,
  codecs: RecordCodecs,
): string {
  const { prompts, promptHash } = scoringOptionsOf(topology);
  const templates = [
    ...Object.values(prompts.answer),
    prompts.confidence,
    prompts.confidenceWithEvidence,
    prompts.confidenceWithBoth,
    prompts.confidenceWithCombination,
    prompts.pTrue,
    prompts.sameMeaning,
  ];
  const parts = [
    canonicalMethod(topology),
    ...templates.map(promptHash),
    codecs.question.fingerprint,
    codecs.answer.fingerprint,
    STATE_FORMAT,
    model.description.fingerprint,
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/** Ids of several records: of a label that names one, nobody could tell whose it is. */
function repeatedIds({ items }: ReplayInput): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const item of items) {
    if ('bytes' in item) continue;
    if (seen.has(item.question.id)) repeated.add(item.question.id);
    seen.add(item.question.id);
  }
  return repeated;
}

/** The error for a broker that holds the run of another stream. */
function otherStream(): SeclError {
  return new SeclError(
    'STATE_MISMATCH',
    'the run folder holds another stream, or other lines of it',
    { hint: 'Start a new run folder, or replay the stream, limit and seed the run began with.' },
  );
}

/** How many of the stream's items an earlier run fed in. Refuses what another stream left. */
async function countFed({
  input,
  topology,
  broker,
  codecs,
  abort,
}: ReplayOptions): Promise<number> {
  const { questions } = topology.topics;
  let fed = 0;
  for await (const record of readWholeTopic(broker, questions, abort)) {
    const item = input.items[fed];
    const value = record.value ?? new Uint8Array();
    if (item === undefined || Buffer.compare(questionBytes(item, codecs), value) !== 0)
      throw otherStream();
    fed += 1;
  }
  return fed;
}

/** Refuses state of another run. Of one whose stream has grown since, all questions are there: its hash differs. */
function requireOwnState(lease: PartitionLease, { hash }: ReplayInput, fingerprint: string): void {
  if (fingerprintOf(lease)?.endsWith(`/${hash}`) === false) throw otherStream();
  requireFingerprint(lease, fingerprint);
}

/**
 * Feeds the stream in, going on where an earlier run was cut off after so many items. Each chunk becomes visible
 * whole.
 */
async function feed(options: ReplayOptions, fed: number): Promise<void> {
  const { input, topology, broker, codecs, clock, abort } = options;
  const nowMs = clock.nowMs();
  const repeated = repeatedIds(input);
  for (let start = fed; start < input.items.length && !abort.aborted; start += FEED_CHUNK) {
    const records = input.items
      .slice(start, start + FEED_CHUNK)
      .flatMap((item): OutgoingRecord[] => {
        const { question, label } = feedRecords(item, codecs, topology.topics);
        const known = label !== null && 'question' in item && !repeated.has(item.question.id);
        return (known ? [question, label] : [question]).map((record) => ({
          ...record,
          partition: 0,
          timestampMs: nowMs,
        }));
      });
    await broker.append(records);
  }
}

/** All records of a topic, decoded. */
async function readAll<T>(broker: Broker, topic: string, codec: Codec<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const record of readWholeTopic(broker, topic)) {
    const decoded = record.value === null ? null : codec.decode(record.value);
    if (decoded === null) continue;
    if (!decoded.ok)
      throw new SeclError('RECORD_INVALID', `${topic} at ${record.offset}: ${decoded.reason}`, {
        hint: 'The run folder was written by another version; start a new one with --run.',
      });
    values.push(decoded.value);
  }
  return values;
}

/** Joins a group on a topic's only partition, works on the lease, and leaves whatever happens. */
async function withLease<T>(
  broker: Broker,
  groupId: string,
  topic: string,
  work: (lease: PartitionLease) => Promise<T>,
): Promise<T> {
  const group = await broker.join(groupId, [topic]);
  try {
    return await work(await firstValueFrom(group.leases$));
  } finally {
    await group.leave();
  }
}

/** Errors with `CANCELLED` once the signal fires, or at once if it has; never emits or completes. */
function cancelledBy(signal: AbortSignal): Observable<never> {
  return new Observable((subscriber) => {
    const cancel = (): void => {
      subscriber.error(
        new SeclError('CANCELLED', 'the replay was cut off; what was committed is kept', {
          hint: 'Run the same command again to go on.',
        }),
      );
    };
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return () => {
      signal.removeEventListener('abort', cancel);
    };
  });
}

/** The desk that trains for a replay; `null` where nothing is trained. */
function deskOf(
  { topology, model, broker, codecs, training, clock }: ReplayOptions,
  tracing: PartitionTracing,
): TrainingDesk | null {
  const learning = learningOptionsOf(topology, model);
  const { mode } = topology.training;
  if (learning === null || mode === 'off' || training === undefined) return null;
  return createTrainingDesk({
    ...training,
    trainer: traceTrainer(training.trainer, { ...tracing, clock }),
    clock,
    learning,
    mode,
    recordOf: async (version) => {
      const records = await readAll(broker, topology.topics.adapters, codecs.adapter);
      const record = records.find(
        (candidate) => candidate.lineage === learning.lineage && candidate.version === version,
      );
      if (record !== undefined) return record;
      throw new SeclError('STATE_MISMATCH', `the adapter of version ${version} is not there`, {
        hint: 'Start a new run folder; this one is damaged.',
      });
    },
    decisionsFrom: async (offset) => {
      const topic = topology.topics.adapterDecisions;
      const { end } = await broker.bounds(topic, 0);
      let next = offset;
      const decisions: AdapterDecision[] = [];
      if (BigInt(offset) >= end) return { decisions, next };
      for await (const record of broker.read(topic, 0, BigInt(offset))) {
        next = Number(record.offset) + 1;
        const decoded = record.value === null ? null : codecs.adapterDecision.decode(record.value);
        // What cannot be read is no order; `secl adapter list` reports it.
        if (decoded?.ok === true && concernsLineage(decoded.value, learning.lineage))
          decisions.push(decoded.value);
      }
      return { decisions, next };
    },
    findBatch: async (batchId) => {
      const batches = await readAll(broker, topology.topics.trainingBatches, codecs.trainingBatch);
      return batches.find((batch) => batch.batchId === batchId);
    },
  });
}

/** Runs both pipelines until the stream's end, a drain, or an error. */
async function runPipelines(
  options: ReplayOptions,
  questions: PartitionLease,
  answers: PartitionLease,
  desk: TrainingDesk | null,
  tracing: PartitionTracing,
  fingerprint: string,
): Promise<void> {
  const { input, topology, model, broker, codecs, clock, drain, abort } = options;
  const { topics } = topology;
  const inputEnded = new AbortController();
  const answers$ = answerPartition(questions, {
    topology,
    scoring: scoringOptionsOf(topology, model.description.contextLength),
    model,
    codecs,
    clock,
    drain,
    totalRecords: input.items.length,
    fingerprint,
    desk,
    tracing,
  }).pipe(
    tap({
      next: (batch) => options.onBatch?.(batch),
      finalize: () => {
        inputEnded.abort();
      },
    }),
  );
  const { size, step, correctable, bins, bootstrap, simulations } = topology.calibration;
  const windows$ = calibratePartition(answers, {
    broker,
    topics,
    answerCodec: codecs.answer,
    feedbackCodec: codecs.feedback,
    windowCodec: codecs.calibrationWindow,
    deadLetterCodec: codecs.deadLetter,
    windows: { size, step, correctable },
    labelsAhead: PENDING_LABELS / 2,
    metrics: { bins, bootstrap, simulations, seed: topology.seed },
    verdict: topology.verdict,
    match: matchFeedback,
    clock,
    telemetry: tracing.telemetry,
    inputEnded: inputEnded.signal,
  });
  const stopLag = measureLag({
    ...{ telemetry: tracing.telemetry, broker, group: ANSWERING },
    ...{ topic: questions.topic, partition: questions.partition },
  });
  await lastValueFrom(
    merge(answers$, windows$.pipe(measureWindows(tracing.telemetry))).pipe(
      takeUntil(cancelledBy(abort)),
    ),
    { defaultValue: undefined },
  ).finally(stopLag);
}

/**
 * Replays a stream through a topology on a broker that holds this run alone: feeds the questions in,
 * answers them, publishes calibration windows, and reads back what was committed. Run again on the same
 * broker, it goes on where it stopped, whatever stopped it.
 *
 * @throws SeclError `STATE_MISMATCH` if the broker holds a run of another stream or other settings;
 *   `CANCELLED` if `abort` fired.
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { input, topology, model, broker, codecs } = options;
  const { topics } = topology;
  precondition(input.items.length > 0, 'a stream has at least one question');
  await broker.ensureTopics([
    ...[topics.questions, topics.answers, topics.feedback, topics.deadLetters].map((name) => ({
      name,
    })),
    { name: topics.calibration },
    { name: topics.trainingBatches },
    { name: topics.adapters, compacted: true },
    { name: topics.adapterDecisions },
  ]);
  const method = options.fingerprint ?? runFingerprint(topology, model, codecs);
  const fingerprint = `${method}/${input.hash}`;
  const tracing: PartitionTracing = {
    telemetry: options.telemetry ?? NO_TELEMETRY,
    memory: traceMemory(),
    system: SYSTEM,
    group: ANSWERING,
  };
  await withLease(broker, ANSWERING, topics.questions, async (questions) => {
    // A run that is refused leaves what is there as it was, or that could not go on either.
    const fed = await countFed(options);
    requireOwnState(questions, input, fingerprint);
    await options.onStarting?.();
    await feed(options, fed);
    const desk = deskOf(options, tracing);
    try {
      await withLease(broker, CALIBRATING, topics.answers, (answers) =>
        runPipelines(options, questions, answers, desk, tracing, fingerprint),
      );
    } finally {
      await desk?.close();
    }
  });

  const answers = await readAll(broker, topics.answers, codecs.answer);
  const letters = await readAll(broker, topics.deadLetters, codecs.deadLetter);
  // A label that could not be read leaves a letter too; it is no question.
  const deadLetters = letters.filter((letter) => letter.sourceTopic === topics.questions);
  // A folder may hold adapters of other base models, as imports are.
  const lineage = lineageOf(model.description);
  const isOwn = (entry: { readonly lineage: string }): boolean => entry.lineage === lineage;
  const versions = (await readAll(broker, topics.adapters, codecs.adapter)).filter(isOwn);
  const decisions = await readAll(broker, topics.adapterDecisions, codecs.adapterDecision);
  return {
    answers,
    deadLetters,
    // The head of a lineage repeats one of its versions.
    adapters: [...new Map(versions.map((record) => [record.version, record])).values()].toSorted(
      (a, b) => a.version - b.version,
    ),
    decisions: decisions.filter(isOwn),
    verdict: newestVerdict(await readAll(broker, topics.calibration, codecs.calibrationWindow)),
    complete: answers.length + deadLetters.length === input.items.length,
  };
}
