import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLedgerSums, commonPrefix, type ModelFixture } from './model-fixture.ts';

/** The part of the `LanguageModel` contract that speaks of the token ledger. */
export function ledgerContract(f: ModelFixture): void {
  describe('the ledger', () => {
    it('counts each position once, in a call and over calls', () =>
      f.inScope(
        async (scope) => {
          const n = f.promptOf(0).length;
          const [row, twin] = await scope.generate([f.greedy(0), f.greedy(0)]);
          assert.ok(row && twin);
          assertLedgerSums(row.ledger);
          assert.deepEqual(twin.tokens, row.tokens);
          assert.equal(row.ledger.cached, f.prefix.length);
          // Every token but the last of a text cut by length is computed, to write what follows it.
          const written = row.tokens.length - (row.finishReason === 'length' ? 1 : 0);
          assert.equal(row.ledger.generated, written);
          assert.deepEqual(twin.ledger, {
            prompt: n,
            cached: n,
            generated: 0,
            scored: 0,
            computed: 0,
          });
          const asked = [
            ...f.promptOf(0),
            ...row.tokens.map((token) => token.id),
            f.digits[0] as number,
          ];
          const [next] = await scope.next([{ prompt: asked, tokens: f.digits }]);
          assert.equal(next?.ledger.cached, n + written);
          assertLedgerSums(next.ledger);
          const [again] = await scope.next([{ prompt: asked, tokens: f.digits }]);
          assert.equal(again?.ledger.computed, 1);
          const [scored] = await scope.score([{ prompt: f.promptOf(1), continuation: f.digits }]);
          assert.equal(scored?.ledger.scored, 9);
          assertLedgerSums(scored.ledger);
        },
        [f.prefix],
      ));

    it('counts shared prefixes as served in every scope', async () => {
      for (let i = 0; i < 2; i++)
        await f.inScope(
          async (scope) => {
            const [next] = await scope.next([{ prompt: f.promptOf(0), tokens: [] }]);
            const shared = commonPrefix(f.promptOf(0), f.promptOf(1)).length;
            assert.equal(next?.ledger.cached, shared);
          },
          [f.prefix, f.promptOf(1)],
        );
    });
  });
}
