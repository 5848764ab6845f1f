import { describeTopology } from '../topology/describe-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { loadTopology } from './load-topology.ts';

/** Checks a topology file and gives the pipeline's name. @throws SeclError `TOPOLOGY_INVALID` with every fault. */
export async function checkTopology(file?: string): Promise<string> {
  return (await loadTopology(file)).name;
}

/** A topology as text (outline and Mermaid picture) and as complete settings. */
export async function describeTopologyFile(
  file?: string,
): Promise<{ text: string; settings: Topology }> {
  const settings = await loadTopology(file);
  return { text: describeTopology(settings), settings };
}
