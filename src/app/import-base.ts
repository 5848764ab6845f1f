import { adapterTargets } from './adapter-targets.ts';
import { buildModelFromStore, type BuildFromStoreOptions } from './build-model-from-store.ts';
import type { ImportBase } from './import-adapter.ts';
import { lineageOf } from './lineage-of.ts';
import { loadTopology } from './load-topology.ts';
import type { ModelStore } from './model-store.ts';

/**
 * What an adapter of a model is held against: its lineage, the model's file and the sites of its graph, which is built if it
 * is not there yet.
 *
 * @param nameOrPath - Name in the catalogue, or path of a GGUF file.
 * @param topology - File that says where adapters of the run act; absent: the default one.
 * @throws SeclError as `buildModelFromStore` and `loadTopology`.
 */
export async function importBase(
  store: ModelStore,
  nameOrPath: string,
  options: Omit<BuildFromStoreOptions, 'lora'>,
  topology?: string,
): Promise<ImportBase> {
  const targets = adapterTargets(await loadTopology(topology));
  const { name, manifest } = await buildModelFromStore(store, nameOrPath, {
    ...options,
    lora: targets,
  });
  const { source, config, lora } = manifest;
  const lineage = lineageOf({ name, fileSha256: source.sha256 });
  return { lineage, baseSha256: source.sha256, layers: config.layers, sites: lora.sites };
}
