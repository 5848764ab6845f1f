import type { LanguageModel, LoraAdapter, ModelScope } from '../../ports/language-model.ts';

/** What of a model the partitions of a worker share. */
export type SharedModel = Pick<LanguageModel, 'openScope' | 'setAdapter'>;

/** Which adapter acts, and which one is there to compare it with. */
type Placed = readonly [present: LoraAdapter | undefined, previous: LoraAdapter | undefined];

/**
 * Lets several partitions work with one model: each sees the adapter that it put in place itself. Scopes take turns,
 * in the order in which they were asked for; where the turn goes to a partition with another adapter, that one is put
 * in place first.
 *
 * @returns Makes a partition's view of the model.
 */
export function shareModel(model: SharedModel): () => SharedModel {
  let last: Promise<unknown> = Promise.resolve();
  let placed: Placed = [undefined, undefined];

  /** Waits for the turn; whoever has it gives it back. */
  const takeTurn = async (): Promise<() => void> => {
    let giveBack = (): void => undefined;
    const before = last;
    last = new Promise<void>((resolve) => {
      giveBack = resolve;
    });
    await before;
    return giveBack;
  };
  const place = async (wanted: Placed): Promise<void> => {
    if (wanted[0] === placed[0] && wanted[1] === placed[1]) return;
    await model.setAdapter(...wanted);
    placed = wanted;
  };

  return () => {
    let wanted: Placed = [undefined, undefined];
    return {
      setAdapter: async (present, previous) => {
        const giveBack = await takeTurn();
        try {
          await place([present, previous]);
          wanted = [present, previous];
        } finally {
          giveBack();
        }
      },
      openScope: async (sharedPrefixes, options) => {
        const giveBack = await takeTurn();
        let scope: ModelScope;
        try {
          await place(wanted);
          scope = await model.openScope(sharedPrefixes, options);
        } catch (error) {
          giveBack();
          throw error;
        }
        return {
          generate: (requests, signal) => scope.generate(requests, signal),
          next: (requests, signal) => scope.next(requests, signal),
          score: (requests, signal) => scope.score(requests, signal),
          close: () => scope.close().finally(giveBack),
        };
      },
    };
  };
}
