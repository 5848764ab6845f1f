import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Topology } from '../topology/topology.ts';
import type { ReplayInput } from './replay-input.ts';
import type { RunSettings } from './run-settings.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** What {@link beginRun} needs. */
export interface BeginRunOptions {
  readonly input: ReplayInput;
  readonly topology: Topology;
  readonly model: Pick<LanguageModel, 'description'>;
  /** The run's own. */
  readonly fingerprint: string;
}

/** When the run began: kept in its folder, so that a run that is gone on with keeps its date. */
async function startedAt(runFolder: string): Promise<string> {
  const file = path.join(runFolder, 'started-at.txt');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  // Whoever was killed while it was written left an empty one.
  if (kept !== '') return kept;
  const now = new Date(SYSTEM_CLOCK.nowMs()).toISOString();
  await writeFile(file, `${now}\n`);
  return now;
}

/** What a run that begins in a folder, or goes on in it, is made with. */
export async function beginRun(
  runFolder: string,
  { input, topology, model: { description }, fingerprint }: BeginRunOptions,
): Promise<RunSettings> {
  return {
    title: input.name,
    model: description.name,
    topology,
    questions: input.items.length,
    startedAt: await startedAt(runFolder),
    provenance: [
      { name: 'Model file (SHA-256)', value: description.fileSha256 },
      { name: 'Precision', value: description.precision },
      { name: 'Model fingerprint', value: description.fingerprint },
      { name: 'Run fingerprint', value: fingerprint },
      { name: 'Stream (SHA-256)', value: input.hash },
    ],
  };
}
