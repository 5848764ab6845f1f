import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openRecordCodecs, type RecordCodecs } from '../adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import type { Feedback } from '../events/feedback.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { ReplayReport } from '../report/replay-report.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import type { Topology } from '../topology/topology.ts';
import { loadTopology } from './load-topology.ts';
import { loadStream } from './load-stream.ts';
import { makeFolder } from './make-folder.ts';
import { openLanguageModel } from './open-language-model.ts';
import { replay, runFingerprint } from './replay.ts';
import type { ReplayInput } from './replay-input.ts';
import { confidencesOf, replayOutcome } from './replay-outcome.ts';
import { createReplayMeter, type ReplayProgress } from './replay-progress.ts';
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
  /** Folder of the run; absent: one under `runs/` that is named after stream, settings and model. */
  readonly runFolder?: string | undefined;
  /** Where folders go that are named after their settings. @defaultValue `runs` */
  readonly runRoot?: string | undefined;
  /** Wins over `SECL_CACHE_DIR`. */
  readonly cacheFolder?: string | undefined;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** What {@link replayStream} gives. */
export interface ReplayStreamResult {
  readonly report: ReplayReport;
  readonly runFolder: string;
}

/** When the run began: kept in its folder, so that a run that is gone on with keeps its date. */
async function startedAt(runFolder: string): Promise<string> {
  const file = path.join(runFolder, 'started-at.txt');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    const now = new Date(SYSTEM_CLOCK.nowMs()).toISOString();
    await writeFile(file, `${now}\n`);
    return now;
  }
}

/** The topology with what the command line overrides. */
async function settingsOf(options: ReplayStreamOptions): Promise<Topology> {
  const topology = await loadTopology(options.topology);
  return {
    ...topology,
    model: { ...topology.model, name: options.model ?? topology.model.name },
    seed: options.seed ?? topology.seed,
  };
}

/** `runs/NAME-HASH`: the same stream, settings, model and machine go on in the same folder. */
function defaultRunFolder(
  root: string,
  input: ReplayInput,
  topology: Topology,
  model: LanguageModel,
  codecs: RecordCodecs,
): string {
  const hash = createHash('sha256')
    .update(`${input.hash}\n${runFingerprint(topology, model, codecs)}`)
    .digest('hex');
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
  });
  try {
    const codecs = openRecordCodecs();
    const runFolder =
      options.runFolder ??
      defaultRunFolder(options.runRoot ?? 'runs', input, topology, model, codecs);
    await makeFolder(runFolder);
    const broker = await openEmbeddedLog({
      folder: path.join(runFolder, 'log'),
      clock: SYSTEM_CLOCK,
    });
    try {
      const labels = new Map<string, Feedback>();
      for (const item of input.items)
        if ('question' in item && item.feedback !== null)
          labels.set(item.question.id, item.feedback);
      const meter = createReplayMeter(input.items.length, SYSTEM_CLOCK);
      const began = await startedAt(runFolder);
      const result = await replay({
        input,
        topology,
        model,
        broker,
        codecs,
        clock: SYSTEM_CLOCK,
        drain: options.drain,
        abort: options.abort,
        onBatch: (batch) => {
          const rows = batch.answers.map((answer) => {
            const label = labels.get(answer.questionId);
            return {
              confidence: confidencesOf(answer).published ?? null,
              correct: label === undefined ? null : matchFeedback(answer, label),
            };
          });
          options.onProgress?.(meter.update(batch.state.consumed, rows, batch.deadLetters.length));
        },
      });
      const { rows, summary } = replayOutcome(result, labels, matchFeedback, topology);
      const { description } = model;
      return {
        runFolder,
        report: {
          title: input.name,
          model: description.name,
          topology: topology.name,
          seed: topology.seed,
          startedAt: began,
          complete: result.complete,
          publishedSource: topology.confidence.published,
          provenance: [
            { name: 'Model file (SHA-256)', value: description.fileSha256 },
            { name: 'Precision', value: description.precision },
            { name: 'Model fingerprint', value: description.fingerprint },
            { name: 'Run fingerprint', value: runFingerprint(topology, model, codecs) },
            { name: 'Stream (SHA-256)', value: input.hash },
          ],
          summary,
          rows,
        },
      };
    } finally {
      await broker.close();
    }
  } finally {
    await model.close();
  }
}
