import path from 'node:path';
import { openFileAdapterStore } from '../../adapters/files/file-adapter-store.ts';
import type { Topology } from '../../topology/topology.ts';
import { adapterTargets } from '../adapter-targets.ts';
import { alertLine } from '../alert-line.ts';
import { alertsOfCommand } from '../alerts-of-command.ts';
import { learningOptionsOf } from '../learning-options-of.ts';
import { openTelemetryOf } from '../open-telemetry-of.ts';
import { openAdapterLoader, openTrainer } from '../open-trainer.ts';
import { openLanguageModel } from '../open-language-model.ts';
import { runFingerprint } from '../replay.ts';
import { serveDashboard, type Dashboard, type DashboardListen } from '../serve-dashboard.ts';
import type { AlertWatch } from '../start-alerts.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import { checkTopics } from './check-topics.ts';
import { ensureOwnTopics } from './ensure-own-topics.ts';
import { followGroups } from './follow-groups.ts';
import { groupsOf } from './groups-of.ts';
import { describeBroker, describePipeline } from './open-broker.ts';
import { openRecords } from './open-records.ts';
import { createPartitionLedger } from './partition-ledger.ts';
import { WORKER_WRITES } from './record-subjects.ts';
import { runWorker, type WorkerLoop } from './run-worker.ts';
import { serveHealth } from './serve-health.ts';
import type { ServiceOptions } from './service-options.ts';
import { stallMsOf } from './stall-ms-of.ts';
import { watchService } from './watch-service.ts';
import { monitorHealth, type WorkerHealth } from './worker-health.ts';
import { createWorkerMeter, type WorkerTally } from './worker-tally.ts';
import { workerTopology } from './worker-topology.ts';

/** Batches take seconds to a minute. */
const USUAL_STALL_MS = 120_000;

/** How a worker stands, as its status line says it. */
export interface WorkerStatus extends WorkerTally, WorkerHealth {
  readonly atMs: number;
}

/** What {@link runService} is asked for. */
export interface RunServiceOptions extends ServiceOptions {
  /** How long a batch waits for its adapter in `barrier` mode. */
  readonly trainerTimeoutMs: number;
  readonly statusEveryMs: number;
  readonly onStatus?: ((status: WorkerStatus) => void) | undefined;
  /** Where to serve the live page of the whole pipeline, whichever worker answers; absent: nowhere. */
  readonly dashboard?: DashboardListen | undefined;
  readonly onDashboard?: ((url: string) => void) | undefined;
}

/**
 * Runs a worker until it is drained.
 *
 * @returns How it stood at its end.
 * @throws SeclError of topology, model, broker and registry; `TOPIC_UNKNOWN` where topics are missing; as `runWorker` does.
 */
export async function runService(options: RunServiceOptions): Promise<WorkerStatus> {
  const { abort, onTrouble } = options;
  const named = await workerTopology(options);
  const ended = new AbortController();
  const drain = AbortSignal.any([options.drain, ended.signal]);
  const { broker, codecs } = await openRecords(named, WORKER_WRITES, (sentence) =>
    onTrouble?.(sentence),
  );
  let page: Dashboard | undefined;
  try {
    await ensureOwnTopics(broker, named);
    const partitions = await checkTopics(broker, named);
    const topology = { ...named, broker: { ...named.broker, partitions } };
    page =
      options.dashboard &&
      (await serveDashboard({
        broker,
        codecs,
        topology,
        title: describePipeline(topology),
        listen: options.dashboard,
        runFolder: topology.broker.folder,
      }));
    if (page !== undefined) options.onDashboard?.(page.url);
    const model = await openLanguageModel(topology.model, {
      cacheFolder: options.cacheFolder,
      onProgress: options.onStoreProgress,
      signal: drain,
      lora: adapterTargets(topology),
    });
    const loop = await loopOf(topology, model, options, drain);
    const telemetry = await openTelemetryOf(topology.telemetry, {
      runFolder: topology.broker.folder,
      serviceName: 'secl-worker',
      ...(onTrouble === undefined ? {} : { onWarning: onTrouble }),
    });
    const ledger = createPartitionLedger(SYSTEM_CLOCK);
    const meter = createWorkerMeter(SYSTEM_CLOCK);
    const { answering, calibrating, training } = groupsOf(topology);
    const trains = loop !== null && loop.trainer !== null;
    const groups = trains ? [answering, calibrating, training] : [answering, calibrating];
    const monitor = monitorHealth({
      ledger,
      broker,
      clock: SYSTEM_CLOCK,
      groups,
      stallMs: stallMsOf(options, topology.broker, USUAL_STALL_MS),
      drain,
    });
    const status = (): WorkerStatus => ({
      atMs: SYSTEM_CLOCK.nowMs(),
      ...monitor.report(),
      ...meter.report(),
    });
    const health =
      options.health === undefined
        ? undefined
        : await serveHealth({
            address: options.health,
            ready: () => {
              const { status: at, reasons } = monitor.report();
              return { ready: at === 'ready', reasons: at === 'draining' ? ['it stops'] : reasons };
            },
            report: () => ({
              ...monitor.report(),
              pipeline: topology.name,
              model: model.description.name,
            }),
          });
    if (health !== undefined) options.onHealth?.(health.url);
    options.onStarted?.(describeBroker(topology.broker));
    const waits = waitsForFull(topology, options);
    if (waits !== undefined) onTrouble?.(waits);
    const statuses = setInterval(() => options.onStatus?.(status()), options.statusEveryMs);
    const atEnd = (): boolean => {
      const at = ledger.standings();
      return groupCount(at) === groups.length && at.every((standing) => standing.atEnd);
    };
    const unwatch = watchService(monitor, options.untilEnd === true ? atEnd : null, ended);
    let alerts: AlertWatch | undefined;
    try {
      alerts = await alertsOfCommand('run', {
        broker,
        topology,
        codecs,
        clock: SYSTEM_CLOCK,
        onTrouble: (message) => onTrouble?.(message),
        onAlert: (alert) => onTrouble?.(alertLine(alert)),
      });
      await runWorker({
        topology,
        model,
        broker,
        codecs,
        fingerprint: runFingerprint(topology, model, codecs),
        clock: SYSTEM_CLOCK,
        ledger,
        loop,
        telemetry,
        resetTo: options.resetTo,
        toEnd: options.untilEnd,
        drain,
        abort,
        onBatch: (batch) => {
          meter.batch(batch);
        },
        onWindow: () => {
          meter.window();
        },
        onTrained: (trained) => {
          meter.trained(trained);
          if (trained.kind === 'refused')
            onTrouble?.(`a training batch was refused: ${trained.letter.reason}`);
        },
        onTrouble,
        ...followGroups(monitor, onTrouble),
      });
      return status();
    } finally {
      unwatch();
      clearInterval(statuses);
      await alerts?.close();
      await telemetry.close();
      await health?.close();
      await loop?.trainer?.close();
      await model.close();
    }
  } finally {
    await page?.close();
    await broker.close();
  }
}

/** What somebody must know whose questions are fewer than a batch, and would wait for ever without a word. */
function waitsForFull(
  { batch, training }: Pick<Topology, 'batch' | 'training'>,
  { untilEnd }: Pick<RunServiceOptions, 'untilEnd'>,
): string | undefined {
  if (training.mode !== 'barrier' || untilEnd === true || batch.maxBatch === 1) return undefined;
  return `training.mode is barrier, for replays: questions are answered ${batch.maxBatch} at a time, and fewer wait until so many are there; async does not wait`;
}

/** Groups that hold a partition. */
function groupCount(standings: readonly { readonly groupId: string }[]): number {
  return new Set(standings.map(({ groupId }) => groupId)).size;
}

/** What trains, as the topology has it; `null` where nothing is trained. */
async function loopOf(
  topology: Topology,
  model: Parameters<typeof learningOptionsOf>[1],
  options: RunServiceOptions,
  signal: AbortSignal,
): Promise<WorkerLoop | null> {
  const learning = learningOptionsOf(topology, model);
  const { mode, trainer } = topology.training;
  if (learning === null || mode === 'off') return null;
  const opening = {
    store: openFileAdapterStore(path.join(topology.broker.folder, 'adapters')),
    cacheFolder: options.cacheFolder,
    onProgress: options.onStoreProgress,
    signal,
  };
  const opened =
    trainer === 'service'
      ? { trainer: null, load: await openAdapterLoader(topology, opening) }
      : await openTrainer(topology, opening);
  if (opened === undefined) return null;
  return { learning, mode, ...opened, timeoutMs: options.trainerTimeoutMs };
}
