import path from 'node:path';
import { openRecordCodecs } from '../../adapters/avro/record-codecs.ts';
import { openFileAdapterStore } from '../../adapters/files/file-adapter-store.ts';
import type { OnStoreProgress } from '../../adapters/hub/store-progress.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { Topology } from '../../topology/topology.ts';
import { alertLine, alertsOfCommand } from '../alerts-of-command.ts';
import { learningOptionsOf } from '../learning-options-of.ts';
import { openTelemetryOf } from '../open-telemetry-of.ts';
import { openAdapterLoader, openTrainer } from '../open-trainer.ts';
import { openLanguageModel } from '../open-language-model.ts';
import { runFingerprint } from '../replay.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import type { ResetTo } from './check-offset.ts';
import { checkTopics } from './check-topics.ts';
import { groupsOf } from './groups-of.ts';
import { describeBroker, openBroker } from './open-broker.ts';
import { createPartitionLedger } from './partition-ledger.ts';
import { runWorker, type WorkerLoop } from './run-worker.ts';
import { serveHealth, type HealthAddress } from './serve-health.ts';
import { topicSpecs } from './topic-specs.ts';
import { monitorHealth, type WorkerHealth } from './worker-health.ts';
import { createWorkerMeter, type WorkerTally } from './worker-tally.ts';
import { workerTopology, type BrokerChoice } from './worker-topology.ts';

export type { ResetTo };

/** How a worker stands, as its status line says it. */
export interface WorkerStatus extends WorkerTally, WorkerHealth {
  readonly atMs: number;
}

/** What {@link runService} is asked for. */
export interface RunServiceOptions extends BrokerChoice {
  /** Wins over the topology's. */
  readonly model?: string | undefined;
  readonly cacheFolder?: string | undefined;
  readonly health?: HealthAddress | undefined;
  /** A partition where nothing has moved for so long is stuck. */
  readonly stallMs: number;
  /** How long a batch waits for its adapter in `barrier` mode. */
  readonly trainerTimeoutMs: number;
  readonly resetTo?: ResetTo | undefined;
  /** Stop once everything that is there has been worked off. */
  readonly untilEnd?: boolean | undefined;
  readonly statusEveryMs: number;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  readonly onHealth?: ((url: string) => void) | undefined;
  /** Told where the topics are, once work begins. */
  readonly onStarted?: ((place: string) => void) | undefined;
  readonly onStatus?: ((status: WorkerStatus) => void) | undefined;
  /** What will be tried again, as a sentence. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}

/** How often the broker is asked where its partitions end. */
const PROBE_EVERY_MS = 2000;
/** How often it is looked whether everything has been worked off. */
const END_EVERY_MS = 250;

/** @throws SeclError `USAGE` for what would wait for ever. */
function checkUntilEnd(topology: Topology, untilEnd: boolean): void {
  if (!untilEnd || topology.training.mode !== 'barrier') return;
  throw new SeclError('USAGE', 'the end is never reached where training.mode is barrier', {
    hint: 'Its batches wait until they are full: set training.mode to async or off, or replay the stream.',
  });
}

/**
 * Runs a worker until it is drained.
 *
 * @returns How it stood at its end.
 * @throws SeclError of topology, model and broker; `TOPIC_UNKNOWN` where topics are missing; as `runWorker` does.
 */
export async function runService(options: RunServiceOptions): Promise<WorkerStatus> {
  const { abort, onTrouble } = options;
  const chosen = await workerTopology(options);
  const named: Topology = {
    ...chosen,
    model: { ...chosen.model, name: options.model ?? chosen.model.name },
  };
  checkUntilEnd(named, options.untilEnd === true);
  const ended = new AbortController();
  const drain = AbortSignal.any([options.drain, ended.signal]);
  const broker = await openBroker(named.broker);
  try {
    // A log of one's own needs no administrator.
    if (named.broker.kind === 'embedded') await broker.ensureTopics(topicSpecs(named));
    const partitions = await checkTopics(broker, named);
    const topology = { ...named, broker: { ...named.broker, partitions } };
    const model = await openLanguageModel(topology.model, {
      cacheFolder: options.cacheFolder,
      onProgress: options.onStoreProgress,
      signal: drain,
    });
    const loop = await loopOf(topology, model, options, drain);
    const telemetry = await openTelemetryOf(topology.telemetry, {
      runFolder: topology.broker.folder,
      serviceName: 'secl-worker',
      ...(onTrouble === undefined ? {} : { onWarning: onTrouble }),
    });
    const codecs = openRecordCodecs();
    const ledger = createPartitionLedger(SYSTEM_CLOCK);
    const meter = createWorkerMeter(SYSTEM_CLOCK);
    const groups = groupsOf(topology);
    const monitor = monitorHealth({
      ledger,
      broker,
      clock: SYSTEM_CLOCK,
      groups: [
        groups.answering,
        groups.calibrating,
        ...(loop === null || loop.trainer === null ? [] : [groups.training]),
      ],
      stallMs: options.stallMs,
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
    const timers = [
      every(PROBE_EVERY_MS, () => void monitor.probe()),
      every(options.statusEveryMs, () => options.onStatus?.(status())),
      ...(options.untilEnd === true
        ? [
            every(END_EVERY_MS, () => {
              const at = ledger.standings();
              const all = groupCount(at) === (loop === null || loop.trainer === null ? 2 : 3);
              if (all && at.every(({ atEnd }) => atEnd)) ended.abort();
            }),
          ]
        : []),
    ];
    void monitor.probe();
    const alerts = await alertsOfCommand('run', {
      broker,
      topology,
      codecs,
      clock: SYSTEM_CLOCK,
      onTrouble: (message) => onTrouble?.(message),
      onAlert: (alert) => onTrouble?.(alertLine(alert)),
    });
    try {
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
        onJoined: (groupId) => {
          monitor.joined(groupId);
        },
        onRetry: (groupId, error, waitMs) => {
          const why = error instanceof Error ? error.message : String(error);
          monitor.failed(groupId, `was left: ${why}`);
          onTrouble?.(`${groupId}: ${why}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
        },
      });
      return status();
    } finally {
      timers.forEach((timer) => {
        clearInterval(timer);
      });
      await alerts.close();
      await telemetry.close();
      await health?.close();
      await loop?.trainer?.close();
      await model.close();
    }
  } finally {
    await broker.close();
  }
}

function every(ms: number, work: () => void): NodeJS.Timeout {
  return setInterval(work, ms);
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
