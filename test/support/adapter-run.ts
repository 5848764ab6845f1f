import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openFileAdapterStore } from '../../src/adapters/files/file-adapter-store.ts';
import { withAdapterLog } from '../../src/app/adapter-log.ts';
import type { AdapterDecision } from '../../src/events/adapter-decision.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import { encodeAdapter } from '../../src/peft/adapter-weights.ts';
import { goldenAdapter } from './golden-adapter.ts';

/** Bytes of the golden adapter for a tiny `llama`. */
export const ADAPTER_BYTES = encodeAdapter(goldenAdapter('llama'));

/** A record as a trainer writes it, with changes. */
export function adapterRecord(changes: Partial<AdapterRecord> = {}): AdapterRecord {
  return {
    lineage: 'qa',
    version: 1,
    parentVersion: 0,
    baseSha256: 'b'.repeat(64),
    scope: 'position',
    batchId: 'batch-1',
    lora: { rank: 2, alpha: 5, projections: ['q', 'k', 'o', 'down'], lastLayers: 2 },
    loss: { before: 0.5, after: 0.25 },
    heldOutError: null,
    meanConfidence: { before: 0.75, after: 0.5 },
    trainedOn: ['one', 'two'],
    forwardTokens: 600,
    trainer: 'embedded',
    durationMs: 12.5,
    sha256: createHash('sha256').update(ADAPTER_BYTES).digest('hex'),
    sizeBytes: ADAPTER_BYTES.length,
    optimizerSha256: null,
    weights: ADAPTER_BYTES,
    ...changes,
  };
}

/** A decision, with changes. */
export function adapterDecision(changes: Partial<AdapterDecision> = {}): AdapterDecision {
  return {
    lineage: 'qa',
    version: 1,
    decision: 'accepted',
    code: 'none',
    reason: 'it holds up',
    activeVersion: 1,
    decidedAtMs: 1_790_000_000_000,
    ...changes,
  };
}

/** Writes a run with adapters; `kept` are bytes that the store has besides. */
export async function writeAdapterRun(
  runFolder: string,
  records: readonly AdapterRecord[],
  decisions: readonly AdapterDecision[] = [],
  kept: readonly Uint8Array[] = [],
): Promise<void> {
  await withAdapterLog({ runFolder, create: true }, async (log) => {
    for (const record of records) await log.addRecord(record);
    for (const decision of decisions) await log.addDecision(decision);
  });
  const store = openFileAdapterStore(join(runFolder, 'adapters'));
  for (const bytes of kept) await store.put(bytes);
}
