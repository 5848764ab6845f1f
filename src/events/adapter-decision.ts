/** What was decided about an adapter. */
export const ADAPTER_DECISIONS = [
  'accepted',
  'refused',
  'rolled-back',
  'frozen',
  'unfrozen',
] as const;

/** A decision about an adapter, on `qa.adapter-decisions`: what became of each version, and why. */
export interface AdapterDecision {
  readonly lineage: string;
  readonly version: number;
  readonly decision: (typeof ADAPTER_DECISIONS)[number];
  /** A code for machines: `none`, or why it was refused or rolled back. */
  readonly code: string;
  /** One sentence for people. */
  readonly reason: string;
  /** Version that acts from now on, 0 for none. */
  readonly activeVersion: number;
  readonly decidedAtMs: number;
}
