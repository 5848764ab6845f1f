import { SeclError } from '../errors/secl-error.ts';
import {
  actingAfter,
  ANY_LINEAGE,
  concernsLineage,
  fateAfter,
  type AdapterDecision,
  type AdapterFateDecision,
} from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { AdapterLog } from './adapter-log.ts';

/** What became of a version. `undecided`: nothing was decided yet, as of an import. */
export type AdapterStatus = 'undecided' | 'accepted' | 'refused' | 'rolled-back';

/** A version and what was decided about it. */
export interface AdapterVersion {
  readonly record: AdapterRecord;
  readonly status: AdapterStatus;
  readonly active: boolean;
  /** About this version, oldest first. */
  readonly decisions: readonly AdapterDecision[];
}

/** A line of adapters. */
export interface AdapterHistory {
  /** `any` where none has begun. */
  readonly lineage: string;
  /** Version that acts, 0 for none. */
  readonly activeVersion: number;
  /** Whether training is stopped by hand. */
  readonly frozen: boolean;
  /** By version. */
  readonly versions: readonly AdapterVersion[];
}

/**
 * Folds a log into the history of one lineage.
 *
 * @param lineage - Absent: the only one that the log has.
 * @throws SeclError `USAGE` if the log has several and none is named, or not the one that is.
 */
export function adapterHistory(
  { records, decisions }: Pick<AdapterLog, 'records' | 'decisions'>,
  lineage?: string,
): AdapterHistory {
  const named = [...records, ...decisions].map((entry) => entry.lineage);
  const known = [...new Set(named)].filter((name) => name !== ANY_LINEAGE).sort();
  if (lineage === undefined && known.length > 1)
    throw new SeclError('USAGE', `the run has several lineages: ${known.join(', ')}`, {
      hint: 'Name one with --lineage.',
    });
  const beforeAny = known.length === 0 && lineage === ANY_LINEAGE;
  if (lineage !== undefined && !beforeAny && !known.includes(lineage))
    throw new SeclError('USAGE', `the run has no lineage ${lineage}`, {
      hint:
        known.length === 0
          ? 'It has none yet: leave --lineage out, and whatever begins is meant.'
          : `It has ${known.join(', ')}.`,
    });
  const name = lineage ?? known[0] ?? ANY_LINEAGE;
  const decided = decisions.filter((decision) => concernsLineage(decision, name));
  const activeVersion = decided.reduce(actingAfter, 0);
  const freezing = decided.findLast(({ decision }) => decision.endsWith('frozen'));
  return {
    lineage: name,
    activeVersion,
    frozen: freezing?.decision === 'frozen',
    versions: records
      .filter((record) => record.lineage === name)
      .toSorted((one, other) => one.version - other.version)
      .map((record) => {
        const about = decided.filter(({ version }) => version === record.version);
        return {
          record,
          status: statusOf(about, record.version === activeVersion),
          active: record.version === activeVersion,
          decisions: about,
        };
      }),
  };
}

function statusOf(decisions: readonly AdapterDecision[], active: boolean): AdapterStatus {
  if (active) return 'accepted';
  const fate = decisions.reduce<AdapterFateDecision | undefined>(
    (known, made) => fateAfter(known, made),
    undefined,
  );
  return fate?.decision ?? 'undecided';
}

/**
 * The version of a history.
 *
 * @throws SeclError `USAGE` if there is none of that number.
 */
export function versionOf({ lineage, versions }: AdapterHistory, version: number): AdapterVersion {
  const found = versions.find(({ record }) => record.version === version);
  if (found !== undefined) return found;
  const known = versions.map(({ record }) => record.version);
  throw new SeclError('USAGE', `the lineage ${lineage} has no version ${version}`, {
    hint: known.length === 0 ? 'It has none yet.' : `It has ${known.join(', ')}.`,
  });
}
