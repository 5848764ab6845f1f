import type { ModelDescription } from '../ports/language-model.ts';

/** Line of the adapters that are trained on a model: another base model starts another one. */
export function lineageOf({
  name,
  fileSha256,
}: Pick<ModelDescription, 'name' | 'fileSha256'>): string {
  return `${name}-${fileSha256.slice(0, 12)}`;
}
