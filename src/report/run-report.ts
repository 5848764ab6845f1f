import type { ReplayReport } from './replay-report.ts';

/** A run as `secl report` shows it, alone or beside others; plain data. */
export interface RunReport extends ReplayReport {
  /** Its folder, as the user named it. */
  readonly folder: string;
  /** Settings of its topology, one by one, each value as JSON. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}
