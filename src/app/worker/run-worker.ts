import {
  concat,
  defer,
  delay,
  EMPTY,
  finalize,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import type { RecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { CalibrationWindow } from '../../events/calibration-window.ts';
import type { LearningOptions } from '../../learning/learning-options.ts';
import { calibratePartition } from '../../operators/calibrate-partition.ts';
import { measureWindows } from '../measure-windows.ts';
import type { PublishedBatch } from '../../operators/publish-answers.ts';
import type { SettleOptions } from '../../operators/settle-adapters.ts';
import { traceMemory, type TraceMemory } from '../../operators/trace-memory.ts';
import type { Broker, PartitionLease } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LanguageModel } from '../../ports/language-model.ts';
import { NO_TELEMETRY } from '../../ports/no-telemetry.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Trainer } from '../../ports/trainer.ts';
import { matchFeedback } from '../../streams/match-feedback.ts';
import type { Topology } from '../../topology/topology.ts';
import { answerPartition, type PartitionTracing } from '../answer-partition.ts';
import { measureLag, type LagOptions } from '../measure-lag.ts';
import { scoringOptionsOf } from '../scoring-options-of.ts';
import type { TrainingDesk } from '../training-desk.ts';
import { createAdapterIndex } from './adapter-index.ts';
import { checkOffset, type ResetTo } from './check-offset.ts';
import { fired } from './fired.ts';
import { groupsOf } from './groups-of.ts';
import { followLineage } from './lineage-follower.ts';
import { missingState } from './missing-state.ts';
import type { PartitionLedger } from './partition-ledger.ts';
import { rememberLoads } from './remember-loads.ts';
import { shareModel } from './share-model.ts';
import { createTopicDesk } from './topic-desk.ts';
import { trainPartition, type TrainedBatch } from './train-partition.ts';
import { whileHeld } from './while-held.ts';
import { workGroup, type WorkGroupOptions } from './work-group.ts';

/** What trains, and where its adapters come from. */
export interface WorkerLoop {
  readonly learning: LearningOptions;
  readonly mode: 'barrier' | 'async';
  readonly load: SettleOptions['load'];
  /** Trains in this process whenever it holds the batches' partition; `null`: somebody else does. */
  readonly trainer: Trainer | null;
  /** How long a batch waits for its adapter in `barrier` mode, milliseconds. */
  readonly timeoutMs: number;
}

/** Told of what a worker does. */
export interface WorkerEvents {
  readonly onBatch?: ((batch: PublishedBatch) => void) | undefined;
  readonly onWindow?: ((window: CalibrationWindow) => void) | undefined;
  readonly onTrained?: ((trained: TrainedBatch) => void) | undefined;
  /** It has become a member of a group and knows what is assigned to it, or is none any more and joins again. */
  readonly onMembership?: ((groupId: string, isMember: boolean) => void) | undefined;
  /** What will be tried again. */
  readonly onRetry?: ((groupId: string, error: unknown, waitMs: number) => void) | undefined;
  /** What is wrong and stops nothing, in one sentence. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/** What {@link runWorker} needs. */
export interface WorkerOptions extends WorkerEvents {
  readonly topology: Topology;
  readonly model: LanguageModel;
  /** Topics exist. */
  readonly broker: Broker;
  readonly codecs: RecordCodecs;
  /** Of topology, prompts, model and schemas. */
  readonly fingerprint: string;
  readonly clock: Clock;
  readonly ledger: PartitionLedger;
  /** `null`: nothing is trained. */
  readonly loop: WorkerLoop | null;
  /** Where what happens is told; absent: nowhere. */
  readonly telemetry?: Telemetry | undefined;
  /** Where a group goes on whose next record is gone; absent: it fails. */
  readonly resetTo?: ResetTo | undefined;
  /** Answer what is there, a batch that is not full too, instead of waiting for more. @defaultValue false */
  readonly toEnd?: boolean | undefined;
  /** As of {@link followLineage}. */
  readonly decideWithinMs?: number | undefined;
  /** Begin nothing new; finish and commit what is under way. */
  readonly drain: AbortSignal;
  /** Drop what is under way. */
  readonly abort: AbortSignal;
}

/** How long calibration may catch up after the last answer, when the worker stops. */
const CATCH_UP_MS = 5000;

/**
 * Answers the questions of every partition that the group assigns, publishes calibration windows, and trains, until
 * it is drained.
 *
 * @throws SeclError `CANCELLED` if `abort` fired; `OFFSET_OUT_OF_RANGE` if a record that comes next is gone;
 *   `STATE_MISMATCH`; of model and broker, where trying again cannot help.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { topology, broker, codecs, clock, drain, loop } = options;
  const groups = groupsOf(topology);
  const answered = new AbortController();
  const telemetry = options.telemetry ?? NO_TELEMETRY;
  const tracing: PartitionTracing = {
    telemetry,
    memory: traceMemory(),
    system: topology.broker.kind === 'kafka' ? 'kafka' : 'secl-embedded-log',
    group: groups.answering,
  };
  const deskOf = desks(options, tracing.memory);
  const view = shareModel(options.model);
  const { model } = options;
  const scoring = scoringOptionsOf(topology, model.description.contextLength);

  const answering$ = group(options, groups.answering, topology.topics.questions, drain, (lease) =>
    whileHeld(telemetry, (held) =>
      watchingLag(
        lease,
        { telemetry: held, broker, group: groups.answering, ledger: options.ledger },
        answerPartition(lease, {
          topology,
          scoring,
          model: { description: model.description, tokenizer: model.tokenizer, ...view() },
          codecs,
          clock,
          drain,
          totalRecords: null,
          toEnd: options.toEnd,
          fingerprint: options.fingerprint,
          desk: deskOf(),
          trainersWrite: true,
          tracing: { ...tracing, telemetry: held },
        }),
      ),
    ),
  ).pipe(
    tap((batch) => options.onBatch?.(batch)),
    finalize(() => {
      answered.abort();
    }),
  );

  const { size, step, correctable, bins, bootstrap, simulations, closeAfterSeconds } =
    topology.calibration;
  const calibrating$ = group(
    options,
    groups.calibrating,
    topology.topics.answers,
    answered.signal,
    (lease) =>
      whileHeld(telemetry, (held) =>
        calibratePartition(lease, {
          broker,
          topics: topology.topics,
          answerCodec: codecs.answer,
          feedbackCodec: codecs.feedback,
          windowCodec: codecs.calibrationWindow,
          deadLetterCodec: codecs.deadLetter,
          windows: { size, step, correctable },
          closeAfterMs: closeAfterSeconds === null ? undefined : closeAfterSeconds * 1000,
          metrics: { bins, bootstrap, simulations, seed: topology.seed },
          verdict: topology.verdict,
          match: matchFeedback,
          clock,
          telemetry: held,
          inputEnded: answered.signal,
        }).pipe(measureWindows(held, lease)),
      ),
  ).pipe(
    tap((window) => options.onWindow?.(window)),
    // Others may go on answering for ever.
    takeUntil(fired(answered.signal).pipe(delay(CATCH_UP_MS))),
  );

  const training$ =
    loop === null || loop.trainer === null
      ? EMPTY
      : trainGroup({
          ...options,
          trainer: loop.trainer,
          drain: answered.signal,
          tracing,
          // Who follows the lineage tells it.
          onTrouble: undefined,
        }).pipe(takeUntil(fired(answered.signal)));

  await lastValueFrom(
    merge(answering$, calibrating$, training$).pipe(
      ignoreElements(),
      takeUntil(cancelledBy(options.abort)),
    ),
    { defaultValue: undefined },
  );
}

/** What {@link trainGroup} needs. */
export interface TrainGroupOptions extends Pick<
  WorkerOptions,
  'topology' | 'broker' | 'codecs' | 'clock' | 'ledger' | 'resetTo' | 'drain' | keyof WorkerEvents
> {
  readonly trainer: Trainer;
  /** How steps are traced; absent: they are not. */
  readonly tracing?: Pick<PartitionTracing, 'telemetry' | 'memory'>;
}

/** Trains whatever batches come, while this process holds their partition; until then it stands by. */
export function trainGroup(options: TrainGroupOptions): Observable<TrainedBatch> {
  const { topology, broker, codecs, clock, trainer, drain, tracing } = options;
  const { topics } = topology;
  const { training } = groupsOf(topology);
  const index = createAdapterIndex(broker, topics.adapters, codecs.adapter, {
    onTrouble: options.onTrouble,
  });
  return group(
    options,
    training,
    topics.trainingBatches,
    drain,
    (lease) => trainPartition(lease, { trainer, index, topics, codecs, clock, drain, tracing }),
    false,
  ).pipe(tap((trained) => options.onTrained?.(trained)));
}

/** Works on a group's partitions, each checked before it is read. */
function group<T>(
  options: Pick<TrainGroupOptions, 'broker' | 'ledger' | 'resetTo' | keyof WorkerEvents>,
  groupId: string,
  topic: string,
  drain: AbortSignal,
  work: WorkGroupOptions<T>['work'],
  keepsState = true,
): Observable<T> {
  const { broker, ledger, resetTo, onTrouble } = options;
  const check = async (lease: PartitionLease): Promise<void> => {
    await checkOffset(lease, broker, groupId, resetTo);
    const missing = keepsState ? await missingState(lease, broker, groupId) : null;
    if (missing !== null) onTrouble?.(missing);
  };
  return workGroup({
    broker,
    groupId,
    topic,
    ledger,
    drain,
    work: (lease: PartitionLease) => concat(from(check(lease)).pipe(ignoreElements()), work(lease)),
    onMembership: (isMember) => options.onMembership?.(groupId, isMember),
    onRetry: (error, waitMs) => options.onRetry?.(groupId, error, waitMs),
  });
}

/** The same, while it is told how far the group is behind. */
function watchingLag<T>(
  { topic, partition }: PartitionLease,
  watched: Pick<LagOptions, 'telemetry' | 'broker' | 'group'> & Pick<WorkerOptions, 'ledger'>,
  source: Observable<T>,
): Observable<T> {
  const { ledger, group: groupId } = watched;
  const nothingWaits = (): boolean =>
    ledger
      .standings()
      .some(
        (at) =>
          at.groupId === groupId && at.topic === topic && at.partition === partition && at.atEnd,
      );
  return defer(() => {
    const stop = measureLag({ ...watched, topic, partition, nothingWaits });
    return source.pipe(finalize(() => void stop()));
  });
}

/** Makes the desk of a partition; `null` where nothing is trained. */
function desks(
  { topology, broker, codecs, clock, drain, loop, decideWithinMs, onTrouble }: WorkerOptions,
  memory: TraceMemory,
): () => TrainingDesk | null {
  if (loop === null) return () => null;
  const { learning, mode, timeoutMs } = loop;
  const { lineage } = learning;
  const follower = followLineage({
    ...{ broker, topics: topology.topics, codecs, lineage, clock, memory },
    ...{ decideWithinMs, onTrouble },
  });
  const load = rememberLoads(loop.load);
  const shared = topology.broker.partitions > 1;
  return () => createTopicDesk({ learning, mode, follower, load, shared, clock, timeoutMs, drain });
}

/** Errors with `CANCELLED` once the signal fires; never emits. */
function cancelledBy(signal: AbortSignal): Observable<never> {
  return fired(signal).pipe(
    map(() => {
      throw new SeclError(
        'CANCELLED',
        'the worker was stopped at once; what was committed is kept',
        {
          hint: 'Start it again to go on.',
        },
      );
    }),
  );
}
