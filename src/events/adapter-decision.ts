/** What was decided about an adapter. */
export const ADAPTER_DECISIONS = [
  'accepted',
  'refused',
  'rolled-back',
  'frozen',
  'unfrozen',
  'imported',
] as const;

/**
 * Code of a refusal that says nothing of the adapter: another partition's came first, or what it adds to was given up.
 * With several partitions in training such refusals are usual.
 */
export const OUTDATED_CODE = 'OUTDATED';

/** Code of a refusal because training was frozen by hand while the adapter was trained. */
export const FROZEN_CODE = 'FROZEN';

/** Code of a roll-back by hand. */
export const BY_HAND_CODE = 'BY_HAND';

/** Lineage of a decision about whatever is trained: made where no lineage has begun yet. */
export const ANY_LINEAGE = 'any';

/** Longest name of a lineage, in characters. */
const MAX_LINEAGE_LENGTH = 200;

/** Whether a lineage may have a name: keys are made of it and what follows a slash, and `any` is all of them. */
export function isLineageName(name: string): boolean {
  return (
    name !== '' && name !== ANY_LINEAGE && name.length <= MAX_LINEAGE_LENGTH && !name.includes('/')
  );
}

/** Code of a trial that was passed. It puts nothing in place: another partition may have put a newer version there. */
export const TRIAL_PASSED_CODE = 'TRIAL_PASSED';

/** Whether a decision is about a lineage. */
export function concernsLineage(
  { lineage }: Pick<AdapterDecision, 'lineage'>,
  name: string,
): boolean {
  return lineage === name || lineage === ANY_LINEAGE;
}

/** A decision about an adapter, on `qa.adapter-decisions`: what became of each version, and why. */
export interface AdapterDecision {
  /** Line of adapters, or `any`: whatever is trained. */
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

/** A decision that says what became of a version. */
export type AdapterFateDecision = AdapterDecision & {
  readonly decision: 'accepted' | 'refused' | 'rolled-back';
};

/** Freezing is about training, not about the version that acts meanwhile; an import decides nothing. */
function isFate(made: AdapterDecision): made is AdapterFateDecision {
  return ['accepted', 'refused', 'rolled-back'].includes(made.decision);
}

/**
 * The fold `(fate, decision) → fate` over what was decided about one version; `undefined`: nothing yet. What was
 * decided about already is not refused later: that was another partition's batch, too late for the number.
 */
export function fateAfter(
  known: AdapterFateDecision | undefined,
  made: AdapterDecision,
): AdapterFateDecision | undefined {
  if (!isFate(made)) return known;
  return made.decision === 'refused' && known !== undefined ? known : made;
}

/**
 * The fold `(version that acts, decision) → version that acts`, 0 for none. A refusal as outdated and a trial that was
 * passed change nothing: a partition that has not yet taken up what another one put in place may have written it, and it
 * names that partition's own.
 */
export function actingAfter(
  acting: number,
  { decision, code, activeVersion }: Pick<AdapterDecision, 'decision' | 'code' | 'activeVersion'>,
): number {
  const isOwn =
    (decision === 'refused' && code === OUTDATED_CODE) ||
    (decision === 'accepted' && code === TRIAL_PASSED_CODE);
  return isOwn ? acting : activeVersion;
}
