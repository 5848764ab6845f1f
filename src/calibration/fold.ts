/**
 * A computation over a sequence as data: an initial state and a step that mutates nothing.
 *
 * @typeParam S - State; survives a round trip through JSON.
 * @typeParam X - One input.
 * @typeParam O - One output.
 */
export interface Fold<S, X, O> {
  readonly initial: S;
  /** The state after an input, and what came of it. */
  step(state: S, input: X): { readonly state: S; readonly outputs: readonly O[] };
}
