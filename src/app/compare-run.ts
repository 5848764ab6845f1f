import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openRecordCodecs } from '../adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import { openFileAdapterStore } from '../adapters/files/file-adapter-store.ts';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import type { NamedTargets } from '../graph/lora-sites.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import type { Topology } from '../topology/topology.ts';
import { beginRun } from './begin-run.ts';
import { labelAnswers, labelsOf } from './label-answers.ts';
import { makeFolder } from './make-folder.ts';
import { openTrainer } from './open-trainer.ts';
import { replay, runFingerprint, type ReplayResult } from './replay.ts';
import type { ReplayInput } from './replay-input.ts';
import { createReplayMeter, type ReplayProgress } from './replay-progress.ts';
import { writeRunSettings } from './run-settings.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** What {@link compareRun} needs. */
export interface CompareRunOptions {
  readonly input: ReplayInput;
  readonly topology: Topology;
  /** Not closed. */
  readonly model: LanguageModel;
  /** Where adapters may act on the model. */
  readonly lora: readonly NamedTargets[];
  /** Gives the milliseconds that the model took since it was asked last. */
  readonly takeModelMs: () => number;
  /** Makes the model's passes durable; called once a batch is. */
  readonly keepPasses: () => void;
  /** Holds the run; the same one goes on where it stopped. */
  readonly folder: string;
  readonly cacheFolder?: string | undefined;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** What a run came to. */
export interface CompareRunResult extends ReplayResult {
  /** Milliseconds that model and trainer took over the whole run. */
  readonly modelMs: number;
  /** Those of the trainer. */
  readonly trainingMs: number;
}

/** Sum of the numbers in a file, one a line; 0 if there is none. */
async function sumOf(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').reduce((sum, line) => sum + (Number(line) || 0), 0);
}

/**
 * Replays a stream through a topology with a model that others use too, on a durable log in a folder. One batch at a
 * time: of one that is begun meanwhile half the passes would be kept, and a restart would come to other numbers.
 *
 * @throws SeclError as `replay` does.
 */
export async function compareRun(options: CompareRunOptions): Promise<CompareRunResult> {
  const { input, model, folder } = options;
  const { batch } = options.topology;
  const topology = { ...options.topology, batch: { ...batch, maxInFlight: 1 } };
  await makeFolder(folder);
  const broker = await openEmbeddedLog({ folder: path.join(folder, 'log'), clock: SYSTEM_CLOCK });
  try {
    const training = await openTrainer(topology, {
      store: openFileAdapterStore(path.join(folder, 'adapters')),
      cacheFolder: options.cacheFolder,
      onProgress: options.onStoreProgress,
      signal: options.drain,
      lora: options.lora,
    });
    const times = path.join(folder, 'model-ms.txt');
    const labels = labelsOf(input);
    const meter = createReplayMeter(input.items.length, SYSTEM_CLOCK);
    // An adapter of an earlier run is none of this one's.
    await model.setAdapter(undefined);
    options.takeModelMs();
    const codecs = openRecordCodecs();
    const fingerprint = runFingerprint(topology, model, codecs);
    const result = await replay({
      input,
      topology,
      model,
      broker,
      codecs,
      fingerprint,
      // Not before: of a folder that holds another run the settings are that one's.
      onStarting: async () =>
        writeRunSettings(folder, await beginRun(folder, { input, topology, model, fingerprint })),
      ...(training === undefined ? {} : { training }),
      clock: SYSTEM_CLOCK,
      drain: options.drain,
      abort: options.abort,
      onBatch: (published) => {
        options.keepPasses();
        const { answers, deadLetters, state } = published;
        const first = state.consumed - answers.length - deadLetters.length;
        const rows = labelAnswers(published, first, labels, matchFeedback).map(
          ({ confidences, correct }) => ({ confidence: confidences.published ?? null, correct }),
        );
        // At once: a disk that refuses ends the run here, and not as a rejection that nobody handles.
        appendFileSync(times, `${options.takeModelMs()}\n`);
        options.onProgress?.(meter.update(state.consumed, rows, deadLetters.length));
      },
    });
    const trainingMs = result.adapters.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const modelMs = (await sumOf(times)) + trainingMs;
    return { ...result, modelMs, trainingMs };
  } finally {
    await broker.close();
  }
}
