import type { AdapterRecord } from '../../events/adapter.ts';
import type { LoraAdapter } from '../../ports/language-model.ts';

/** Adapters that are kept: the one that acts and the one before, of partitions that are about to change. */
const KEPT = 4;

/** Loads each adapter once for all partitions of a worker, so that they can tell that theirs is the same. */
export function rememberLoads(
  load: (record: AdapterRecord) => Promise<LoraAdapter>,
): (record: AdapterRecord) => Promise<LoraAdapter> {
  const loads = new Map<string, Promise<LoraAdapter>>();
  return (record) => {
    const name = `${record.lineage}/${record.version}/${record.sha256}`;
    const loading = loads.get(name) ?? load(record);
    loads.delete(name);
    loads.set(name, loading);
    for (const known of loads.keys()) if (loads.size > KEPT) loads.delete(known);
    // One that could not be loaded may be there the next time.
    loading.catch(() => loads.delete(name));
    return loading;
  };
}
