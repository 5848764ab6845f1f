import {
  actingAfter,
  fateAfter,
  type AdapterDecision,
  type AdapterFateDecision,
} from '../events/adapter-decision.ts';
import type { AdapterRecord, BeforeAfter } from '../events/adapter.ts';

/** A version of an adapter and what became of it, as a report shows it. */
export interface AdapterFate {
  readonly version: number;
  /** Newest decision about it; `null`: none yet. */
  readonly decision: 'accepted' | 'refused' | 'rolled-back' | null;
  /** Why, for machines; `none`: nothing is wrong with it. */
  readonly code: string;
  /** Why, for people. */
  readonly reason: string;
  /** Whether it acts at the end. */
  readonly active: boolean;
  /** Distinct questions of its batch that were trained on; `null` where training failed. */
  readonly trainedOn: number | null;
  /** Mean loss over the batch's samples. */
  readonly loss: BeforeAfter | null;
  /** Mean distance of confidence from target over held-out samples, a fraction. */
  readonly heldOutError: BeforeAfter | null;
}

/**
 * Joins adapters with what was decided about them, those included that never came of their batch.
 *
 * @param records - Any order. Not mutated.
 * @param decisions - Oldest first. Not mutated.
 * @returns By version, rising.
 */
export function adapterFates(
  records: readonly AdapterRecord[],
  decisions: readonly AdapterDecision[],
): AdapterFate[] {
  const activeVersion = decisions.reduce(actingAfter, 0);
  const recordOf = new Map(records.map((record) => [record.version, record]));
  const decisionOf = new Map<number, AdapterFateDecision>();
  for (const made of decisions) {
    const { version } = made;
    const fate = fateAfter(decisionOf.get(version), made);
    // A rollback by hand may take away nothing: version 0.
    if (fate !== undefined && version > 0) decisionOf.set(version, fate);
  }
  const versions = [...new Set([...recordOf.keys(), ...decisionOf.keys()])];
  return versions
    .toSorted((a, b) => a - b)
    .map((version): AdapterFate => {
      const record = recordOf.get(version);
      const made = decisionOf.get(version);
      return {
        version,
        decision: made?.decision ?? null,
        code: made?.code ?? 'none',
        reason: made?.reason ?? '',
        active: version === activeVersion,
        trainedOn: record?.trainedOn.length ?? null,
        loss: record?.loss ?? null,
        heldOutError: record?.heldOutError ?? null,
      };
    });
}
