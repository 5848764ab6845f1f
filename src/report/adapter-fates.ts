import type { AdapterDecision } from '../events/adapter-decision.ts';
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
  const activeVersion = decisions.at(-1)?.activeVersion ?? 0;
  const recordOf = new Map(records.map((record) => [record.version, record]));
  const decisionOf = new Map<number, AdapterDecision>();
  for (const made of decisions) {
    const { decision, version } = made;
    // Freezing is about training, not about the version that acts meanwhile; an import decides nothing.
    const about = !['frozen', 'unfrozen', 'imported'].includes(decision);
    // What was decided about already is not refused later: that was another batch, too late for the number.
    const another = decision === 'refused' && decisionOf.has(version);
    // A rollback by hand may take away nothing: version 0.
    if (about && !another && version > 0) decisionOf.set(version, made);
  }
  const versions = [...new Set([...recordOf.keys(), ...decisionOf.keys()])];
  return versions
    .toSorted((a, b) => a - b)
    .map((version): AdapterFate => {
      const record = recordOf.get(version);
      const made = decisionOf.get(version);
      return {
        version,
        decision: fateOf(made),
        code: made?.code ?? 'none',
        reason: made?.reason ?? '',
        active: version === activeVersion,
        trainedOn: record?.trainedOn.length ?? null,
        loss: record?.loss ?? null,
        heldOutError: record?.heldOutError ?? null,
      };
    });
}

function fateOf(made: AdapterDecision | undefined): AdapterFate['decision'] {
  switch (made?.decision) {
    case 'accepted':
    case 'refused':
    case 'rolled-back':
      return made.decision;
    default:
      return null;
  }
}
