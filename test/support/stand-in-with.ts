import { createStandInLanguageModel } from '../../src/adapters/memory/stand-in-language-model.ts';
import type { LanguageModel, ModelScope } from '../../src/ports/language-model.ts';

/** The stand-in, in whose scopes some calls are others; `change` gives those, made anew for each scope. */
export function standInWith(change: (scope: ModelScope) => Partial<ModelScope>): LanguageModel {
  const inner = createStandInLanguageModel();
  return {
    description: inner.description,
    tokenizer: inner.tokenizer,
    setAdapter: (present, previous) => inner.setAdapter(present, previous),
    close: () => inner.close(),
    async openScope(prefixes, options) {
      const scope = await inner.openScope(prefixes, options);
      return {
        generate: (requests, signal) => scope.generate(requests, signal),
        next: (requests, signal) => scope.next(requests, signal),
        score: (requests, signal) => scope.score(requests, signal),
        close: () => scope.close(),
        ...change(scope),
      };
    },
  };
}
