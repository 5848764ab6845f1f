import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import { readTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';

/** What a run was made with, kept in its folder, so that pages and reports need not be told. */
export interface RunSettings {
  /** Name of its stream. */
  readonly title: string;
  /** Name of the base model. */
  readonly model: string;
  readonly topology: Topology;
  /** Records that were fed in; the run is complete once so many were answered or refused. */
  readonly questions: number;
  /** When it began, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly provenance: readonly { readonly name: string; readonly value: string }[];
}

const FILE = 'run.json';
/** Form of the file. */
const VERSION = 1;

/** Keeps a run's settings in its folder. Whoever reads them, or a kill, finds the old ones or these, never a part. */
export async function writeRunSettings(runFolder: string, settings: RunSettings): Promise<void> {
  const file = path.join(runFolder, FILE);
  const part = `${file}.${randomUUID()}.part`;
  const text = JSON.stringify({ version: VERSION, ...settings }, null, 2);
  try {
    await writeFile(part, `${text}\n`, { flush: true });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The settings kept in a run's folder; `undefined` where there are none.
 *
 * @throws SeclError `FILE_UNREADABLE` for a file that is not this version's.
 */
export async function readRunSettings(runFolder: string): Promise<RunSettings | undefined> {
  const file = path.join(runFolder, FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(file, error);
  }
  try {
    const { version, topology, ...settings } = JSON.parse(text) as RunSettings & {
      version: number;
    };
    if (version !== VERSION) throw new Error(`version ${version}`);
    // Through the checks of any topology, since somebody may have edited the file; but for the rules between keys, which
    // held when the run began, and which runs of a comparison break: what they publish is not among their scores.
    const written = JSON.stringify(topology);
    return { ...settings, topology: readTopology(written, file, {}, { rules: false }) };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): SeclError {
  return new SeclError('FILE_UNREADABLE', `${file} is damaged, or of another version`, {
    hint: 'Delete it and name the topology with --topology, or replay the stream again.',
    cause,
  });
}
