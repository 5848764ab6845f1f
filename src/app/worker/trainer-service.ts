import path from 'node:path';
import { lastValueFrom, takeUntil } from 'rxjs';
import { openFileAdapterStore } from '../../adapters/files/file-adapter-store.ts';
import { SeclError } from '../../errors/secl-error.ts';
import { traceMemory } from '../../operators/trace-memory.ts';
import { openTelemetryOf } from '../open-telemetry-of.ts';
import { openTrainer } from '../open-trainer.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import { checkTopics } from './check-topics.ts';
import { ensureOwnTopics } from './ensure-own-topics.ts';
import { fired } from './fired.ts';
import { followGroups } from './follow-groups.ts';
import { groupsOf } from './groups-of.ts';
import { describeBroker } from './open-broker.ts';
import { openRecords } from './open-records.ts';
import { createPartitionLedger } from './partition-ledger.ts';
import { trainGroup } from './run-worker.ts';
import { serveHealth } from './serve-health.ts';
import type { ServiceOptions } from './service-options.ts';
import { stallMsOf } from './stall-ms-of.ts';
import { watchService } from './watch-service.ts';
import { monitorHealth } from './worker-health.ts';
import type { TrainedBatch } from './train-partition.ts';
import { workerTopology } from './worker-topology.ts';

/** A batch may train for minutes. */
const USUAL_STALL_MS = 600_000;

/** What {@link runTrainer} is asked for. */
export interface TrainerServiceOptions extends ServiceOptions {
  readonly onBatch?: ((batch: TrainedReport) => void) | undefined;
}

/** What became of a batch, for a line of output. */
export type TrainedReport =
  | {
      readonly kind: 'trained';
      readonly lineage: string;
      readonly version: number;
      readonly lossBefore: number | null;
      readonly lossAfter: number | null;
      readonly durationMs: number;
    }
  | { readonly kind: 'known'; readonly lineage: string; readonly version: number }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/**
 * Trains the batches of a topic and publishes their adapters, until it is drained. Of several processes one trains;
 * the others stand by, and one of them goes on when it is gone.
 *
 * @returns Batches worked off.
 * @throws SeclError of topology, model and broker; `USAGE` where nothing is trained; `CANCELLED` if `abort` fired.
 */
export async function runTrainer(options: TrainerServiceOptions): Promise<number> {
  const topology = await workerTopology(options);
  const ended = new AbortController();
  const drain = AbortSignal.any([options.drain, ended.signal]);
  const { broker, codecs } = await openRecords(topology, ['adapter', 'deadLetter'], (sentence) =>
    options.onTrouble?.(sentence),
  );
  try {
    await ensureOwnTopics(broker, topology);
    await checkTopics(broker, topology);
    const opened = await openTrainer(topology, {
      store: openFileAdapterStore(path.join(topology.broker.folder, 'adapters')),
      cacheFolder: options.cacheFolder,
      onProgress: options.onStoreProgress,
      signal: drain,
    });
    if (opened === undefined)
      throw new SeclError('USAGE', 'training.mode is off in this topology', {
        hint: 'Name one with --topology whose training.mode is async or barrier.',
      });
    const telemetry = await openTelemetryOf(topology.telemetry, {
      runFolder: topology.broker.folder,
      serviceName: 'secl-trainer',
      ...(options.onTrouble === undefined ? {} : { onWarning: options.onTrouble }),
    });
    const ledger = createPartitionLedger(SYSTEM_CLOCK);
    const { training } = groupsOf(topology);
    const monitor = monitorHealth({
      ledger,
      broker,
      clock: SYSTEM_CLOCK,
      groups: [training],
      stallMs: stallMsOf(options, topology.broker, USUAL_STALL_MS),
      drain,
    });
    const health =
      options.health === undefined
        ? undefined
        : await serveHealth({
            address: options.health,
            ready: () => {
              const { status, reasons } = monitor.report();
              return { ready: status === 'ready', reasons };
            },
            report: () => ({ ...monitor.report(), pipeline: topology.name }),
          });
    if (health !== undefined) options.onHealth?.(health.url);
    options.onStarted?.(describeBroker(topology.broker));
    const atEnd = (): boolean => {
      const at = ledger.standings();
      return at.length > 0 && at.every((standing) => standing.atEnd);
    };
    const unwatch = watchService(monitor, options.untilEnd === true ? atEnd : null, ended);
    let batches = 0;
    try {
      await lastValueFrom(
        trainGroup({
          topology,
          broker,
          codecs,
          clock: SYSTEM_CLOCK,
          ledger,
          resetTo: options.resetTo,
          drain,
          trainer: opened.trainer,
          tracing: { telemetry, memory: traceMemory() },
          onTrouble: options.onTrouble,
          ...followGroups(monitor, options.onTrouble),
          onTrained: (trained) => {
            batches += 1;
            options.onBatch?.(reportOf(trained));
          },
        }).pipe(takeUntil(fired(options.abort))),
        { defaultValue: undefined },
      );
      if (options.abort.aborted)
        throw new SeclError('CANCELLED', 'the training under way was given up', {
          hint: 'Start it again: the batch is trained anew.',
        });
      return batches;
    } finally {
      unwatch();
      await telemetry.close();
      await health?.close();
      await opened.trainer.close();
    }
  } finally {
    await broker.close();
  }
}

function reportOf(trained: TrainedBatch): TrainedReport {
  switch (trained.kind) {
    case 'trained': {
      const { lineage, version, loss, durationMs } = trained.record;
      return {
        kind: 'trained',
        lineage,
        version,
        lossBefore: loss?.before ?? null,
        lossAfter: loss?.after ?? null,
        durationMs,
      };
    }
    case 'known':
      return { kind: 'known', lineage: trained.batch.lineage, version: trained.batch.ordinal };
    case 'refused':
      return { kind: 'refused', code: trained.letter.code, reason: trained.letter.reason };
  }
}
