import { concatMap, type MonoTypeOperatorFunction } from 'rxjs';
import { SeclError } from '../errors/secl-error.ts';
import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import {
  abandonBatch,
  isTooLate,
  objectionTo,
  objectionToScope,
  objectionToWeights,
  settleAdapter,
  type Objection,
} from '../learning/decide-adapter.ts';
import { endTrial } from '../learning/end-trial.ts';
import type { LearningOptions } from '../learning/learning-options.ts';
import type { ActiveAdapter } from '../learning/learning-state.ts';
import { isOrder, obeyDecision } from '../learning/obey-decision.ts';
import type { Clock } from '../ports/clock.ts';
import type { LanguageModel, LoraAdapter } from '../ports/language-model.ts';
import { fromAbortable } from './from-abortable.ts';
import type { LoopCell } from './loop-state.ts';
import type { PlannedBatch, SettledAdapter } from './question-batch.ts';

/** An adapter by what identifies it. */
function activeOf({ version, sha256, optimizerSha256, lora }: AdapterRecord): ActiveAdapter {
  return { version, sha256, optimizerSha256, lora };
}

/** What came of a training batch: an adapter, or why there is none. */
export type TrainingOutcome =
  | {
      readonly record: AdapterRecord;
      /** When training ended, milliseconds since the epoch; absent: its trainer wrote the record, and dated it. */
      readonly trainedAtMs?: number;
    }
  | { readonly failure: Objection };

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
    ordinal: number,
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
 * Before a batch begins, ends the trial of the adapter that acts, if it is over, decides about the one that is
 * awaited, if it is there, and sees to it that the adapter that should act does: the record boundary at which adapters
 * are swapped.
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
  const loaded = new Map<string, LoraAdapter>();
  let placed: readonly [present: string, previous: string] | null = null;
  /** What was decided here and has not been read back: it is on its way to be durable. */
  const unread = new Set<string>();

  /** Loads an adapter, unless it is at hand. */
  const load = async (
    active: ActiveAdapter | null,
    record: AdapterRecord | null = null,
  ): Promise<LoraAdapter | undefined> => {
    if (active === null) return undefined;
    const name = nameOf(active);
    const known = loaded.get(name);
    const adapter =
      known ?? (await options.load(record ?? (await options.recordOf(active.version))));
    loaded.set(name, adapter);
    return adapter;
  };

  /** Puts an adapter in place, and beside it the one that it is tried against. */
  const place = async (
    active: ActiveAdapter | null,
    previous: ActiveAdapter | null,
  ): Promise<void> => {
    const wanted = [nameOf(active), nameOf(previous)] as const;
    // One that nobody asks for may stay beside it.
    if (wanted[0] !== placed?.[0] || (previous !== null && wanted[1] !== placed[1])) {
      await model.setAdapter(await load(active), await load(previous));
      placed = wanted;
    }
    for (const name of loaded.keys()) if (!wanted.includes(name)) loaded.delete(name);
  };

  /** Why the adapter cannot act, tried on the model itself; it is in place afterwards unless there is a reason. */
  const objection = async (record: AdapterRecord): Promise<Objection | null> => {
    const { learning: before } = cell.state;
    const found =
      isTooLate(before) ?? objectionToScope(record, learning) ?? objectionTo(record, learning);
    if (found !== null) return found;
    try {
      const adapter = await load(activeOf(record), record);
      const far = adapter === undefined ? null : objectionToWeights(adapter, learning);
      const rival = learning.guard.trialQuestions > 0 ? before.active : null;
      if (far === null) await place(activeOf(record), rival);
      return far;
    } catch (error) {
      if (!(error instanceof SeclError) || error.code !== 'ADAPTER_REFUSED') throw error;
      return { code: error.code, reason: error.message };
    }
  };

  /**
   * The record of a version that is to be put in place, or why it cannot be: whoever ordered it may know of more; `null`
   * for none.
   */
  const ordered = async (version: number): Promise<AdapterRecord | Objection | null> => {
    if (version === 0) return null;
    try {
      const record = await options.recordOf(version);
      const found = objectionToScope(record, learning);
      if (found !== null) return found;
      const adapter = await load(activeOf(record), record);
      const far = adapter === undefined ? null : objectionToWeights(adapter, learning);
      return far ?? record;
    } catch (error) {
      if (!(error instanceof SeclError)) throw error;
      const { code, message: reason } = error;
      // There is no such record; or there is, and its weights are not here, or must not act.
      if (code === 'STATE_MISMATCH') return { code: 'MISSING', reason };
      if (code === 'ADAPTER_REFUSED') return { code, reason };
      throw error;
    }
  };

  /**
   * Obeys what was decided by hand, or by other partitions, since it was last looked: of what is to be put in place, the
   * newest alone, and nothing that is missing, for another scope, or farther from base than the budget allows.
   */
  const obey = async (): Promise<SettledAdapter[]> => {
    let state = cell.state.learning;
    const { decisions, next } = await options.decisionsFrom(state.decisionsRead);
    if (next === state.decisionsRead) return [];
    for (const decision of decisions) unread.delete(markOf(decision));
    // What has come stands before what is on its way from here, which would replace it: all is obeyed at once then.
    if (unread.size > 0) return [];
    const orders = decisions.filter(isOrder);
    const refused = new Map<AdapterDecision, Objection>();
    let newest: AdapterDecision | null = null;
    let adapter: AdapterRecord | null = null;
    for (const order of orders.toReversed()) {
      if (order.decision !== 'rolled-back' || newest !== null) continue;
      const found = await ordered(order.activeVersion);
      if (found !== null && 'reason' in found) refused.set(order, found);
      else [newest, adapter] = [order, found];
    }
    for (const order of orders) {
      const { version, activeVersion } = order;
      if (order === newest || order.decision !== 'rolled-back')
        state = obeyDecision(state, order, adapter && activeOf(adapter));
      // The number of a version that is there is taken, whatever acts.
      else if (refused.get(order)?.code !== 'MISSING')
        state = { ...state, ordinal: Math.max(state.ordinal, version, activeVersion) };
    }
    cell.state = { ...cell.state, learning: { ...state, decisionsRead: next } };
    const [last] = refused;
    if (last === undefined) return [];
    const [{ lineage, activeVersion: version }, objection] = last;
    const decision: AdapterDecision = {
      ...{ lineage, version, ...objection },
      decision: 'refused',
      activeVersion: state.active?.version ?? 0,
      decidedAtMs: clock.nowMs(),
    };
    return [{ record: null, decision }];
  };

  /** Ends a trial that is over, or that another adapter would cut short. */
  const conclude = async (replaced: boolean): Promise<SettledAdapter[]> => {
    const ended = endTrial(cell.state.learning, learning, replaced, clock.nowMs());
    if (ended === null) return [];
    const { state, decision } = ended;
    cell.state = { ...cell.state, learning: state };
    if (decision.decision !== 'rolled-back') return [{ record: null, decision }];
    const { active } = state;
    const restored = active === null ? null : await options.recordOf(active.version);
    return [{ record: null, decision, restored }];
  };

  return concatMap((batch) =>
    fromAbortable(async (signal): Promise<PlannedBatch> => {
      const settled = await obey();
      const { awaiting } = cell.state.learning;
      const outcome =
        awaiting === null
          ? undefined
          : await options.outcomeOf(awaiting.batchId, signal, awaiting.ordinal);
      settled.push(...(await conclude(outcome !== undefined && 'record' in outcome)));
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
        settled.push('failure' in outcome ? { record: null, decision } : { ...outcome, decision });
      }
      for (const { decision } of settled) unread.add(markOf(decision));
      const { active, previous, trial } = cell.state.learning;
      await place(active, trial === null ? null : previous);
      const trialQuestions = active === null ? 0 : (trial?.left ?? 0);
      return { ...batch, settled, adapterVersion: active?.version ?? 0, trialQuestions };
    }),
  );
}

/** What tells adapters apart. The version too: the same weights may come again, and answers name it. */
function nameOf(active: ActiveAdapter | null): string {
  return active === null ? 'none' : `${active.version} ${active.sha256}`;
}

/** What tells a decision from others, as an order too. */
function markOf({ version, decidedAtMs, reason }: AdapterDecision): string {
  return `${version} ${decidedAtMs} ${reason}`;
}
