import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import { readTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
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

/**
 * Loads and checks a topology.
 *
 * @param file - Absent: the default one, which lies in the package.
 * @throws SeclError `FILE_UNREADABLE`, or `TOPOLOGY_INVALID` with every fault's line and column.
 */
export async function loadTopology(file?: string): Promise<Topology> {
  const chosen = file ?? path.join(packageRoot(), DEFAULT_TOPOLOGY);
  return readTopology(await readText(chosen), file ?? DEFAULT_TOPOLOGY);
}
