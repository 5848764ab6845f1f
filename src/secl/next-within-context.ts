import type { ModelScope, NextTokenRequest, NextTokenResult } from '../ports/language-model.ts';

/**
 * Asks for next-token distributions, leaving out prompts that are longer than the model holds: one long
 * question must not cost its batch.
 *
 * @returns In the order of `requests`; `null` for a prompt that was not asked.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function nextWithinContext(
  scope: ModelScope,
  requests: readonly NextTokenRequest[],
  contextLength: number,
  signal?: AbortSignal,
): Promise<(NextTokenResult | null)[]> {
  const fits = (request: NextTokenRequest): boolean => request.prompt.length <= contextLength;
  const asked = requests.filter(fits);
  const results = asked.length === 0 ? [] : await scope.next(asked, signal);
  let at = 0;
  return requests.map((request) => (fits(request) ? (results[at++] ?? null) : null));
}

/** Why a prompt was not asked. */
export function overlong(prompt: readonly number[], contextLength: number): string {
  return `the prompt has ${prompt.length} tokens, the model holds ${contextLength}`;
}
