import { adapterHistory, versionOf } from './adapter-history.ts';
import { withAdapterLog } from './adapter-log.ts';
import { adapterManifest, type AdapterManifest } from './adapter-manifest.ts';
import type { DecideByHandOptions } from './decide-by-hand.ts';
import { refusalOf, type Refusal } from '../peft/adapter-refused.ts';

/** A lineage as `secl adapter list` shows it. */
export interface ListedAdapters {
  readonly lineage: string;
  readonly activeVersion: number;
  readonly frozen: boolean;
  readonly versions: readonly AdapterManifest[];
}

/** The versions of a run. @throws SeclError as `withAdapterLog` and `adapterHistory`. */
export function listAdapters(options: DecideByHandOptions): Promise<ListedAdapters> {
  return withAdapterLog(options, (log) => {
    const { versions, ...rest } = adapterHistory(log, options.lineage);
    return Promise.resolve({ ...rest, versions: versions.map(adapterManifest) });
  });
}

/** A version as `secl adapter show` shows it. */
export interface ShownAdapter extends AdapterManifest {
  /** What is wrong with its bytes, `null` if they are there and whole. */
  readonly fault: Refusal | null;
}

/** One version, its bytes checked. @throws SeclError `USAGE` if there is none of that number. */
export function showAdapter(version: number, options: DecideByHandOptions): Promise<ShownAdapter> {
  return withAdapterLog(options, async (log) => {
    const found = versionOf(adapterHistory(log, options.lineage), version);
    const fault = await log.bytesOf(found.record).then(
      () => null,
      (error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal === undefined) throw error;
        return refusal;
      },
    );
    return { ...adapterManifest(found), fault };
  });
}
