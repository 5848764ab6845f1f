/** Ids that a shell takes as one word and no option. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_.:@/-]{0,127}$/;

/**
 * The command that shows what a question went through; `null` for an id that a shell might read otherwise: the page
 * invites to copy it.
 */
export function traceCommand(questionId: string): string | null {
  return PLAIN.test(questionId) ? `secl trace ${questionId}` : null;
}
