import type { ModelDescription } from '../ports/language-model.ts';

/** Line of the adapters that are trained on a model: another base model starts another one. */
export function lineageOf({ name, fileSha256 }: ModelDescription): string {
  return `${name}-${fileSha256.slice(0, 12)}`;
}
