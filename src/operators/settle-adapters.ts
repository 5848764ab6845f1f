import { concatMap, type MonoTypeOperatorFunction } from 'rxjs';
import { SeclError } from '../errors/secl-error.ts';
import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import {
  abandonBatch,
  objectionTo,
  settleAdapter,
  type Objection,
} from '../learning/decide-adapter.ts';
import type { LearningOptions } from '../learning/learning-options.ts';
import type { ActiveAdapter } from '../learning/learning-state.ts';
import { isOrder, obeyDecision } from '../learning/obey-decision.ts';
import type { Clock } from '../ports/clock.ts';
import type { LanguageModel, LoraAdapter } from '../ports/language-model.ts';
import { fromAbortable } from './from-abortable.ts';
import type { LoopCell } from './loop-state.ts';
import type { PlannedBatch, SettledAdapter } from './question-batch.ts';

/** An adapter by what identifies it. */
function activeOf({ version, sha256, optimizerSha256 }: AdapterRecord): ActiveAdapter {
  return { version, sha256, optimizerSha256 };
}

/** What came of a training batch: an adapter, or why there is none. */
export type TrainingOutcome = { readonly record: AdapterRecord } | { readonly failure: Objection };

/** What {@link settleAdapters} needs. */
export interface SettleOptions {
  readonly learning: LearningOptions;
  readonly model: Pick<LanguageModel, 'setAdapter'>;
  readonly clock: Clock;
  /**
   * What came of the batch that is awaited: in `barrier` mode once it is known, in `async` mode `undefined` until
   * then.
   */
  readonly outcomeOf: (
    batchId: string,
    signal: AbortSignal,
  ) => Promise<TrainingOutcome | undefined>;
  /** Loads an adapter's weights. Rejects with `ADAPTER_REFUSED` for one that must not act. */
  readonly load: (record: AdapterRecord) => Promise<LoraAdapter>;
  /** Decisions about this lineage from an offset on, and the offset after them. */
  readonly decisionsFrom: (
    offset: number,
  ) => Promise<{ readonly decisions: readonly AdapterDecision[]; readonly next: number }>;
  /** Finds the record of an adapter that acted before a restart, or that is put in place by hand. */
  readonly recordOf: (version: number) => Promise<AdapterRecord>;
}

/**
 * Before a batch begins, decides about the adapter that is awaited, if it is there, and sees to it that the
 * adapter that should act does: the record boundary at which adapters are swapped.
 *
 *     source  --a-----b---|
 *     result  --a------b--|    b waits for the adapter that a's questions trained
 *
 * State: that of learning, in `cell`; which adapter the model holds, per subscription.
 */
export function settleAdapters(
  cell: LoopCell,
  options: SettleOptions,
): MonoTypeOperatorFunction<PlannedBatch> {
  const { learning, model, clock } = options;
  let placed: string | null = null;

  const place = async (
    active: ActiveAdapter | null,
    record: AdapterRecord | null,
  ): Promise<void> => {
    // The version too: the same weights may come again, and answers name the version that acted.
    const wanted = active === null ? null : `${active.version} ${active.sha256}`;
    if (wanted === placed) return;
    await model.setAdapter(
      active === null
        ? undefined
        : await options.load(record ?? (await options.recordOf(active.version))),
    );
    placed = wanted;
  };

  /** Why the adapter cannot act, tried on the model itself; it is in place afterwards unless there is a reason. */
  const objection = async (record: AdapterRecord): Promise<Objection | null> => {
    const found = objectionTo(record, learning);
    if (found !== null) return found;
    try {
      await place(activeOf(record), record);
      return null;
    } catch (error) {
      if (!(error instanceof SeclError) || error.code !== 'ADAPTER_REFUSED') throw error;
      return { code: error.code, reason: error.message };
    }
  };

  /** Obeys what was decided by hand since the batch before. */
  const obey = async (): Promise<void> => {
    let state = cell.state.learning;
    const { decisions, next } = await options.decisionsFrom(state.decisionsRead);
    if (next === state.decisionsRead) return;
    for (const decision of decisions.filter(isOrder)) {
      const { activeVersion } = decision;
      const record =
        decision.decision === 'rolled-back' && activeVersion > 0
          ? await options.recordOf(activeVersion)
          : null;
      state = obeyDecision(state, decision, record === null ? null : activeOf(record));
    }
    cell.state = { ...cell.state, learning: { ...state, decisionsRead: next } };
  };

  return concatMap((batch) =>
    fromAbortable(async (signal): Promise<PlannedBatch> => {
      await obey();
      const settled: SettledAdapter[] = [];
      const { awaiting } = cell.state.learning;
      const outcome =
        awaiting === null ? undefined : await options.outcomeOf(awaiting.batchId, signal);
      if (awaiting !== null && outcome !== undefined) {
        const before = cell.state.learning;
        const nowMs = clock.nowMs();
        const { state, decision } =
          'failure' in outcome
            ? abandonBatch(before, awaiting.batchId, outcome.failure, learning, nowMs)
            : settleAdapter(
                before,
                outcome.record,
                await objection(outcome.record),
                learning,
                nowMs,
              );
        cell.state = { ...cell.state, learning: state };
        settled.push({ record: 'record' in outcome ? outcome.record : null, decision });
      }
      const { active } = cell.state.learning;
      await place(active, null);
      return { ...batch, settled, adapterVersion: active?.version ?? 0 };
    }),
  );
}
