import { SeclError } from '../errors/secl-error.ts';
import { BY_HAND_CODE, type AdapterDecision } from '../events/adapter-decision.ts';
import { adapterHistory, versionOf } from './adapter-history.ts';
import { withAdapterLog, type AdapterLogOptions } from './adapter-log.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** Which lineage a decision is about. */
export interface DecideByHandOptions extends AdapterLogOptions {
  /** Absent: the only one that the run has. */
  readonly lineage?: string | undefined;
}

/** What was decided. */
export interface DecidedByHand {
  /** `null`: it was so already, and nothing was written. */
  readonly decision: AdapterDecision | null;
  readonly lineage: string;
  readonly activeVersion: number;
  readonly frozen: boolean;
}

/**
 * Puts a version in place, or takes the adapter away with 0. The worker obeys at its next start or batch.
 *
 * @throws SeclError `USAGE` for an unknown version; `ADAPTER_REFUSED` if the version was refused before, or its
 *   bytes are missing or damaged; as `withAdapterLog`.
 */
export function rollBackAdapter(
  version: number,
  options: DecideByHandOptions,
): Promise<DecidedByHand> {
  return withAdapterLog(options, async (log) => {
    const history = adapterHistory(log, options.lineage);
    const { lineage, frozen, activeVersion } = history;
    if (version !== 0) {
      const { record, status, decisions } = versionOf(history, version);
      if (status === 'refused')
        throw new SeclError(
          'ADAPTER_REFUSED',
          `version ${version} was refused: ${decisions.at(-1)?.reason ?? 'no reason given'}`,
          { hint: 'Choose a version that `secl adapter list` does not show as refused.' },
        );
      await log.bytesOf(record);
    }
    if (version === activeVersion) return { decision: null, lineage, activeVersion, frozen };
    const decision: AdapterDecision = {
      lineage,
      version: activeVersion,
      decision: 'rolled-back',
      code: BY_HAND_CODE,
      reason: `version ${version} was put in the place of version ${activeVersion} by hand`,
      activeVersion: version,
      decidedAtMs: SYSTEM_CLOCK.nowMs(),
    };
    await log.addDecision(decision);
    return { decision, lineage, activeVersion: version, frozen };
  });
}

/**
 * Stops training, or lets it go on. What acts goes on acting.
 *
 * @throws SeclError as `withAdapterLog`.
 */
export function freezeAdapters(
  frozen: boolean,
  options: DecideByHandOptions,
): Promise<DecidedByHand> {
  return withAdapterLog(options, async (log) => {
    const history = adapterHistory(log, options.lineage);
    const { lineage, activeVersion } = history;
    if (history.frozen === frozen) return { decision: null, lineage, activeVersion, frozen };
    const decision: AdapterDecision = {
      lineage,
      version: activeVersion,
      decision: frozen ? 'frozen' : 'unfrozen',
      code: 'none',
      reason: frozen ? 'training was stopped by hand' : 'training may go on again',
      activeVersion,
      decidedAtMs: SYSTEM_CLOCK.nowMs(),
    };
    await log.addDecision(decision);
    return { decision, lineage, activeVersion, frozen };
  });
}
