import type { CalibrationWindow } from '../events/calibration-window.ts';
import { POOLED_SCOPE } from '../verdict/verdict-board.ts';
import { EMPTY_VERDICT, stepVerdict, type VerdictState } from '../verdict/step-verdict.ts';
import type { VerdictRules } from '../verdict/verdict-rules.ts';
import type { UnjudgedWindow } from '../verdict/window-evidence.ts';

/** Scopes of a partition whose verdict is remembered. A bound, so that state stays small whatever domains are called. */
export const JUDGED_SCOPES = 256;
/** Longest scope that is remembered, in UTF-16 code units. */
const LONGEST_SCOPE = 200;

/**
 * Gives windows their verdicts, in order. Of the domains, the one least lately judged is forgotten first; judged again,
 * it begins anew. The scope of all domains is never forgotten.
 *
 * @param verdicts - Not mutated.
 */
export function judgeWindows(
  verdicts: ReadonlyMap<string, VerdictState>,
  windows: readonly UnjudgedWindow[],
  rules: VerdictRules,
): {
  readonly verdicts: ReadonlyMap<string, VerdictState>;
  readonly windows: readonly CalibrationWindow[];
} {
  if (windows.length === 0) return { verdicts, windows: [] };
  const next = new Map(verdicts);
  const judged = windows.map((window): CalibrationWindow => {
    const { state, verdict } = stepVerdict(next.get(window.scope) ?? EMPTY_VERDICT, window, rules);
    next.delete(window.scope);
    if (window.scope.length <= LONGEST_SCOPE) next.set(window.scope, state);
    return { ...window, verdict };
  });
  for (const scope of next.keys()) {
    if (next.size <= JUDGED_SCOPES) break;
    if (scope !== POOLED_SCOPE) next.delete(scope);
  }
  return { verdicts: next, windows: judged };
}
