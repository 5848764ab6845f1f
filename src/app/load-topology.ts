import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import { readTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
import type { Environment } from './model-store.ts';
import { packageRoot } from './package-root.ts';

/** The pipeline that runs where none is named. */
export const DEFAULT_TOPOLOGY = 'topologies/qa.yaml';

/** Largest topology file that is read at all. */
const MAX_BYTES = 1 << 20;

/** Reads a topology file's text. @throws SeclError `FILE_UNREADABLE`. */
async function readText(file: string): Promise<string> {
  const unreadable = (why: string, cause?: unknown): SeclError =>
    new SeclError('FILE_UNREADABLE', `cannot read the topology ${file}: ${why}`, {
      hint: 'Name a YAML file, or leave --topology out for the default one.',
      cause,
    });
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw unreadable(`it has ${size} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof SeclError) throw error;
    throw unreadable((error as NodeJS.ErrnoException).code ?? String(error), error);
  }
}

/** A topology's file and its text. */
export interface TopologyText {
  /** Name for messages. */
  readonly file: string;
  readonly text: string;
}

/** Reads a topology's text. @throws SeclError `FILE_UNREADABLE`. */
export async function readTopologyText(file?: string): Promise<TopologyText> {
  const chosen = file ?? path.join(packageRoot(), DEFAULT_TOPOLOGY);
  return { file: file ?? DEFAULT_TOPOLOGY, text: await readText(chosen) };
}

/**
 * Loads and checks a topology.
 *
 * @param file - Absent: the default one, which lies in the package.
 * @param environment - Variables such as `SECL__GATE__BURST` win over the file. @defaultValue those of the process
 * @throws SeclError `FILE_UNREADABLE`, or `TOPOLOGY_INVALID` with every fault's line and column, or its variable.
 */
export async function loadTopology(
  file?: string,
  environment: Environment = process.env,
): Promise<Topology> {
  const { file: named, text } = await readTopologyText(file);
  return readTopology(text, named, environment);
}
