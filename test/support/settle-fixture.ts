import { concatMap, from, lastValueFrom, of, tap, toArray } from 'rxjs';
import { DEFAULT_GATE, initialGate } from '../../src/drift/gate.ts';
import type { AdapterDecision } from '../../src/events/adapter-decision.ts';
import type { LearningState } from '../../src/learning/learning-state.ts';
import { loopCell, type LoopCell } from '../../src/operators/loop-state.ts';
import type { PlannedBatch } from '../../src/operators/question-batch.ts';
import {
  settleAdapters,
  type SettleOptions,
  type TrainingOutcome,
} from '../../src/operators/settle-adapters.ts';
import type { LoraAdapter } from '../../src/ports/language-model.ts';
import {
  adapterRecord,
  learningOptions,
  learningState,
  manyRemembered,
} from './learning-fixture.ts';
import { manualClock } from './manual-clock.ts';
import { plannedBatch } from './operator-fixture.ts';

/** An adapter that acts. */
export const ACTIVE = { version: 1, sha256: '1'.repeat(64), optimizerSha256: null };

/** A batch with an ordinal is awaited. */
export const awaiting = (ordinal: number): Partial<LearningState> => ({
  ordinal,
  awaiting: { batchId: `batch ${ordinal}`, ordinal, samples: manyRemembered(2) },
});

/** A cell at a state of learning. */
export const cellOf = (over: Partial<LearningState> = {}): LoopCell =>
  loopCell({ gate: initialGate(DEFAULT_GATE), learning: learningState(over) });

/** Puts another version in place by hand. */
export const orderBack = (version: number, activeVersion: number): AdapterDecision => ({
  ...{ lineage: 'line', version, decision: 'rolled-back', code: 'BY_HAND', reason: 'a test' },
  ...{ activeVersion, decidedAtMs: 1 },
});

/** Options, and what becomes of adapters under them. */
export interface Placed {
  readonly options: SettleOptions;
  /** Versions that were put in place, 0 for none. */
  readonly placed: number[];
  /** Versions that were put beside them, 0 for none. */
  readonly beside: number[];
  /** Versions that were loaded, and whether with their record. */
  readonly loaded: (readonly [version: number, withRecord: boolean])[];
}

/** Options whose batches come to these outcomes. */
export function optionsOf(
  outcomes: Readonly<Record<string, TrainingOutcome>> = {},
  refuse: (adapter: LoraAdapter) => Error | null = () => null,
): Placed {
  const placed: number[] = [];
  const beside: number[] = [];
  const loaded: (readonly [number, boolean])[] = [];
  return {
    placed,
    beside,
    loaded,
    options: {
      learning: learningOptions(),
      clock: manualClock(),
      model: {
        setAdapter: async (adapter, previous) => {
          const refused = adapter === undefined ? null : refuse(adapter);
          if (refused !== null) throw refused;
          placed.push(adapter?.version ?? 0);
          beside.push(previous?.version ?? 0);
        },
      },
      outcomeOf: async (batchId) => outcomes[batchId],
      load: async ({ version }) => {
        if (loaded.at(-1)?.[0] !== version) loaded.push([version, true]);
        return { version, rank: 1, scaling: 1, sites: [] };
      },
      decisionsFrom: async (offset) => ({ decisions: [], next: offset }),
      recordOf: async (version) => {
        loaded.push([version, false]);
        return adapterRecord(version);
      },
    },
  };
}

/** Runs batches through, one after the other; before the next, `between` may change the state. */
export function settle(
  cell: LoopCell,
  options: SettleOptions,
  between: ((i: number) => void)[] = [],
): Promise<PlannedBatch[]> {
  const stage = settleAdapters(cell, options);
  const batches = [plannedBatch([0]), ...between.map((_, i) => plannedBatch([i + 1]))];
  return lastValueFrom(
    from(batches).pipe(
      concatMap((batch, i) =>
        of(batch).pipe(
          stage,
          tap(() => between[i]?.(i)),
        ),
      ),
      toArray(),
    ),
  );
}
