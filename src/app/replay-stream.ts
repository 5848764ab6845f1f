import { createHash } from 'node:crypto';
import path from 'node:path';
import { openRecordCodecs } from '../adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import { openFileAdapterStore } from '../adapters/files/file-adapter-store.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import type { Answer } from '../events/answer.ts';
import { NO_TELEMETRY } from '../ports/no-telemetry.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { ReplayReport } from '../report/replay-report.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import type { Topology } from '../topology/topology.ts';
import { adapterTargets } from './adapter-targets.ts';
import { labelAnswers, labelsOf } from './label-answers.ts';
import { alertLine } from './alert-line.ts';
import { beginRun } from './begin-run.ts';
import { alertsOfCommand } from './alerts-of-command.ts';
import type { AlertWatch } from './start-alerts.ts';
import { loadTopology } from './load-topology.ts';
import { loadStream } from './load-stream.ts';
import { makeFolder } from './make-folder.ts';
import { openLanguageModel } from './open-language-model.ts';
import { openTelemetryOf } from './open-telemetry-of.ts';
import { openTrainer } from './open-trainer.ts';
import { replay, runFingerprint } from './replay.ts';
import type { ReplayInput } from './replay-input.ts';
import { writeRunSettings } from './run-settings.ts';
import { serveDashboard, type Dashboard, type DashboardListen } from './serve-dashboard.ts';
import { replayOutcome } from './replay-outcome.ts';
import { createReplayMeter, type LoopStanding, type ReplayProgress } from './replay-progress.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** What {@link replayStream} is asked for. */
export interface ReplayStreamOptions {
  /** Stream file. */
  readonly stream: string;
  /** Name or path; wins over the topology's. */
  readonly model?: string | undefined;
  /** Topology file; absent: the default one. */
  readonly topology?: string | undefined;
  /** Replay a seeded sample of this many lines, in the stream's order. */
  readonly limit?: number | undefined;
  /** Wins over the topology's: seeds the sample and the metrics. */
  readonly seed?: number | undefined;
  /** Compute P(True) and NormPTrue for every answer, not in bursts alone. @defaultValue false */
  readonly scoreEverywhere?: boolean | undefined;
  /** Folder of the run; absent: one under `runs/` that is named after stream, settings and model. */
  readonly runFolder?: string | undefined;
  /** Where folders go that are named after their settings. @defaultValue `runs` */
  readonly runRoot?: string | undefined;
  /** Wins over `SECL_CACHE_DIR`. */
  readonly cacheFolder?: string | undefined;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  /** Told once, when the model is there and before the first batch, which may take a while. */
  readonly onStarted?:
    | ((run: {
        readonly questions: number;
        readonly model: string;
        readonly folder: string;
      }) => void)
    | undefined;
  /** Told after each batch. */
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
  /** Serve the live page meanwhile; absent: none. */
  readonly dashboard?: DashboardListen | undefined;
  /** Told where the page is. */
  readonly onDashboard?: ((url: string) => void) | undefined;
  /** Told, a line each, of alerts and of what does not work with them. */
  readonly onNotice?: ((line: string) => void) | undefined;
  /** The page stays after the stream's end until this resolves. @defaultValue at once */
  readonly lingerOver?: ((result: ReplayStreamResult) => Promise<void>) | undefined;
}

/** What {@link replayStream} gives. */
export interface ReplayStreamResult {
  readonly report: ReplayReport;
  readonly runFolder: string;
}

/** The topology with what the command line overrides. */
async function settingsOf(options: ReplayStreamOptions): Promise<Topology> {
  const topology = await loadTopology(options.topology);
  return {
    ...topology,
    model: { ...topology.model, name: options.model ?? topology.model.name },
    seed: options.seed ?? topology.seed,
    scoring: {
      ...topology.scoring,
      when: options.scoreEverywhere === true ? 'always' : topology.scoring.when,
    },
  };
}

/** How the loop stood at an answer; `undefined` without one. */
function standingOf(answer: Answer | undefined): LoopStanding | undefined {
  if (answer === undefined) return undefined;
  const { gate, published } = answer;
  return { burst: (gate?.burst ?? 0) > 0, adapterVersion: published.adapterVersion };
}

/** `runs/NAME-HASH`: the same stream, settings, model and machine go on in the same folder. */
function defaultRunFolder(root: string, input: ReplayInput, fingerprint: string): string {
  const hash = createHash('sha256').update(`${input.hash}\n${fingerprint}`).digest('hex');
  return path.join(root, `${input.name}-${hash.slice(0, 12)}`);
}

/**
 * Replays a stream file through a topology, on a durable log in the run's folder, and sums it up.
 * The same call again goes on where the run stopped, or only sums it up if it was complete.
 *
 * @throws SeclError for an unreadable stream or topology, a model that cannot be had, a folder in use,
 *   `STATE_MISMATCH` if the folder holds another run, `CANCELLED` if `abort` fired.
 */
export async function replayStream(options: ReplayStreamOptions): Promise<ReplayStreamResult> {
  const topology = await settingsOf(options);
  const input = await loadStream(options.stream, { limit: options.limit, seed: topology.seed });
  const model = await openLanguageModel(topology.model, {
    cacheFolder: options.cacheFolder,
    onProgress: options.onStoreProgress,
    signal: options.drain,
    lora: adapterTargets(topology),
  });
  try {
    const codecs = openRecordCodecs();
    const fingerprint = runFingerprint(topology, model, codecs);
    const runFolder =
      options.runFolder ?? defaultRunFolder(options.runRoot ?? 'runs', input, fingerprint);
    await makeFolder(runFolder);
    const broker = await openEmbeddedLog({
      folder: path.join(runFolder, 'log'),
      clock: SYSTEM_CLOCK,
    });
    let dashboard: Dashboard | undefined;
    let alerts: AlertWatch | undefined;
    let telemetry: Telemetry = NO_TELEMETRY;
    try {
      telemetry = await openTelemetryOf(topology.telemetry, {
        runFolder,
        serviceName: 'secl-replay',
        ...(options.onNotice === undefined ? {} : { onWarning: options.onNotice }),
      });
      if (options.dashboard !== undefined) {
        dashboard = await serveDashboard({
          broker,
          codecs,
          topology,
          title: input.name,
          listen: options.dashboard,
          runFolder,
        });
        options.onDashboard?.(dashboard.url);
      }
      alerts = await alertsOfCommand('replay', {
        broker,
        topology,
        codecs,
        clock: SYSTEM_CLOCK,
        onTrouble: (message) => options.onNotice?.(message),
        onAlert: (alert) => options.onNotice?.(alertLine(alert)),
      });
      const training = await openTrainer(topology, {
        store: openFileAdapterStore(path.join(runFolder, 'adapters')),
        cacheFolder: options.cacheFolder,
        onProgress: options.onStoreProgress,
        signal: options.drain,
      });
      const labels = labelsOf(input);
      const meter = createReplayMeter(input.items.length, SYSTEM_CLOCK);
      const begun = await beginRun(runFolder, { input, topology, model, fingerprint });
      const result = await replay({
        input,
        topology,
        model,
        broker,
        codecs,
        fingerprint,
        ...(training === undefined ? {} : { training }),
        clock: SYSTEM_CLOCK,
        telemetry,
        drain: options.drain,
        abort: options.abort,
        // Not before: of a folder that holds another run the settings are that one's.
        onStarting: async () => {
          await writeRunSettings(runFolder, begun);
          const { questions, model: name } = begun;
          options.onStarted?.({ questions, model: name, folder: runFolder });
        },
        onBatch: (batch) => {
          const { answers, deadLetters, state } = batch;
          const first = state.consumed - answers.length - deadLetters.length;
          const rows = labelAnswers(batch, first, labels, matchFeedback).map(
            ({ confidences, correct }) => ({ confidence: confidences.published ?? null, correct }),
          );
          options.onProgress?.(
            meter.update(state.consumed, rows, deadLetters.length, standingOf(answers.at(-1))),
          );
        },
      });
      const { rows, summary, adapters } = replayOutcome(result, labels, matchFeedback, topology);
      const done: ReplayStreamResult = {
        runFolder,
        report: {
          title: begun.title,
          model: begun.model,
          topology: topology.name,
          seed: topology.seed,
          startedAt: begun.startedAt,
          complete: result.complete,
          publishedSource: topology.confidence.published,
          provenance: begun.provenance,
          summary,
          rows,
          adapters,
          verdict: result.verdict,
        },
      };
      if (dashboard !== undefined) await options.lingerOver?.(done);
      return done;
    } finally {
      await alerts?.close();
      await telemetry.close();
      await dashboard?.close();
      await broker.close();
    }
  } finally {
    await model.close();
  }
}
