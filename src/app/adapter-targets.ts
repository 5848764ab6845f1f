import type { NamedTargets } from '../graph/lora-sites.ts';
import type { Topology } from '../topology/topology.ts';

/** Where adapters of a topology act, for the model that is opened for it; none where nothing is trained. */
export function adapterTargets({ training }: Pick<Topology, 'training'>): readonly NamedTargets[] {
  return training.mode === 'off' ? [] : [training.lora];
}
