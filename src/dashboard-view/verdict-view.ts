import { verdictAsOf } from '../verdict/verdict-as-of.ts';
import { verdictWord } from '../verdict/step-verdict.ts';
import {
  overallVerdict,
  POOLED_SCOPE,
  type ScopedVerdict,
  type VerdictBoard,
} from '../verdict/verdict-board.ts';
import { DASHBOARD_LIMITS as LIMITS } from './dashboard-limits.ts';
import type { VerdictRow, VerdictView } from './dashboard-model.ts';
import { shownName } from './shown-text.ts';

function rowOf(scoped: ScopedVerdict | null): VerdictRow {
  // The page shows ages itself, as they grow; what is shown here depends on records alone.
  const { level, reason, basis, n, labelled, sinceMs, dataAtMs } = verdictAsOf(
    scoped?.verdict ?? null,
    0,
    null,
  );
  return {
    partition: scoped?.partition ?? 0,
    scope: shownName(scoped?.scope ?? POOLED_SCOPE, LIMITS.name),
    word: verdictWord(level),
    reason: shownName(reason, LIMITS.text),
    basis,
    n,
    labelled,
    sinceMs,
    dataAtMs,
  };
}

/** The verdict as the page shows it. */
export function verdictView(board: VerdictBoard): VerdictView {
  return {
    ...rowOf(overallVerdict(board)),
    scopes: [...board.values()].toReversed().map((scoped) => rowOf(scoped)),
  };
}
