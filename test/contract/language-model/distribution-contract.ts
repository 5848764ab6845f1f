import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertClose } from '../../support/assert-close.ts';
import { type ModelFixture } from './model-fixture.ts';

/** The part of the `LanguageModel` contract that speaks of `next` and `score`. */
export function distributionContract(f: ModelFixture): void {
  describe('next', () => {
    it('is the distribution that generate takes its first token from', async () => {
      const [row] = await f.inScope((scope) => scope.generate([f.greedy(2)]));
      const [next] = await f.inScope((scope) =>
        scope.next([
          {
            prompt: f.promptOf(2),
            tokens: row?.firstCandidates.map((candidate) => candidate.id) ?? [],
            candidates: 3,
          },
        ]),
      );
      assert.deepEqual(next?.candidates, row?.firstCandidates);
      assert.deepEqual(
        next?.logProbabilities,
        row?.firstCandidates.map((candidate) => candidate.logProbability),
      );
      assert.equal(next?.entropyNats, row?.firstEntropyNats);
      assert.equal(next?.adapterVersion, 0);
    });

    it('gives probabilities that sum to one over the vocabulary', async () => {
      const tokens = Array.from({ length: f.model.description.vocabularySize }, (_, id) => id);
      const [next] = await f.inScope((scope) => scope.next([{ prompt: f.promptOf(0), tokens }]));
      const p = next?.logProbabilities.map(Math.exp) ?? [];
      // Logits are floats: each p has a relative error of about 1e-6, all of one sign at worst.
      assertClose(
        p.reduce((sum, x) => sum + x),
        1,
        1e-5,
        'sum',
      );
      const entropy = p.reduce((sum, x) => sum - (x > 0 ? x * Math.log(x) : 0), 0);
      assertClose(next?.entropyNats, entropy, 1e-4, 'entropy');
    });

    it('gives branches of one prefix what separate runs give', async () => {
      const branches = f.digits.map((digit) => ({
        prompt: [...f.promptOf(0), digit, digit],
        tokens: f.digits,
      }));
      const together = await f.inScope((scope) => scope.next(branches));
      for (const [i, branch] of branches.entries()) {
        const [alone] = await f.inScope((scope) => scope.next([branch]));
        alone?.logProbabilities.forEach((value, d) => {
          f.assertNear(together[i]?.logProbabilities[d], value, `branch ${i}, digit ${d}`);
        });
      }
      const paid = together.map((result) => result.ledger.computed);
      assert.deepEqual(paid, [f.promptOf(0).length + 2, ...Array<number>(9).fill(2)]);
    });
  });

  describe('score', () => {
    it('equals what was said when the text was written', async () => {
      const [row] = await f.inScope((scope) => scope.generate([f.greedy(0)]));
      const continuation = row?.tokens.map((token) => token.id) ?? [];
      const [scored] = await f.inScope((scope) =>
        scope.score([{ prompt: f.promptOf(0), continuation, firstCandidates: 3, hidden: true }]),
      );
      assert.deepEqual(
        scored?.tokens.map((token) => token.id),
        continuation,
      );
      row?.tokens.forEach((trace, at) => {
        f.assertNear(
          scored?.tokens[at]?.logProbability,
          trace.logProbability,
          `log probability ${at}`,
        );
        f.assertNear(scored?.tokens[at]?.entropyNats, trace.entropyNats, `entropy ${at}`);
      });
      assert.equal(scored?.firstCandidates[0]?.id, continuation[0]);
      assert.equal(scored?.hidden?.length, f.model.description.hiddenSize);
      assert.equal(scored?.ledger.scored, continuation.length - 1);
    });

    it('takes an empty continuation', async () => {
      const [scored] = await f.inScope((scope) =>
        scope.score([{ prompt: f.promptOf(0), continuation: [], firstCandidates: 1 }]),
      );
      assert.deepEqual(scored?.tokens, []);
      assert.equal(scored?.firstCandidates.length, 1);
    });
  });
}
