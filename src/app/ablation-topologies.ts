import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import type { Topology } from '../topology/topology.ts';
import { loadTopology } from './load-topology.ts';
import { packageRoot } from './package-root.ts';

/** Where the ablations' topologies lie, a folder each. */
const ABLATIONS = 'topologies/ablations';

/** Names of the ablations that there are. */
export async function ablationNames(): Promise<string[]> {
  const entries = await readdir(path.join(packageRoot(), ABLATIONS), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

/**
 * The topologies of an ablation, the environment left aside that would make them alike, in the order of their files'
 * names.
 *
 * @throws SeclError `USAGE` for an unknown ablation.
 */
export async function ablationTopologies(name: string): Promise<Topology[]> {
  const names = await ablationNames();
  if (!names.includes(name))
    throw new SeclError('USAGE', `there is no ablation "${name}"`, {
      hint: `Name one of ${names.join(', ')}.`,
    });
  const folder = path.join(packageRoot(), ABLATIONS, name);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).toSorted();
  return Promise.all(files.map((file) => loadTopology(path.join(folder, file), {})));
}
