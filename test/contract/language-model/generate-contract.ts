import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertClose } from '../../support/assert-close.ts';
import { type ModelFixture } from './model-fixture.ts';

/** The part of the `LanguageModel` contract that speaks of `generate`. */
export function generateContract(f: ModelFixture): void {
  describe('generate', () => {
    it('writes the same greedily, bit for bit', async () => {
      const first = await f.inScope((scope) => scope.generate([f.greedy(0), f.greedy(1)]));
      const second = await f.inScope((scope) => scope.generate([f.greedy(0), f.greedy(1)]));
      assert.deepEqual(first, second);
      assert.ok((first[0]?.tokens.length ?? 0) > 0);
      assert.equal(
        first[0]?.text,
        f.model.tokenizer.decode(first[0]?.tokens.map((token) => token.id) ?? []),
      );
    });

    it('writes in company what it writes alone', async () => {
      const together = await f.inScope((scope) =>
        scope.generate([0, 1, 2, 3].map((i) => f.greedy(i))),
      );
      for (const [i, row] of together.entries()) {
        const [alone] = await f.inScope((scope) => scope.generate([f.greedy(i)]));
        assert.ok(alone);
        f.assertSameTraces(row.tokens, alone.tokens);
        f.assertNear(row.firstEntropyNats, alone.firstEntropyNats, 'first entropy');
      }
    });

    it('takes the most probable token, and reports it first among its candidates', async () => {
      const [row] = await f.inScope((scope) => scope.generate([f.greedy(0)]));
      assert.ok(row);
      assert.equal(row.firstCandidates.length, 3);
      assert.equal(row.firstCandidates[0]?.id, row.tokens[0]?.id);
      assert.equal(row.firstCandidates[0]?.logProbability, row.tokens[0]?.logProbability);
      assert.equal(row.firstEntropyNats, row.tokens[0]?.entropyNats);
      const [a, b, c] = row.firstCandidates.map((candidate) => candidate.logProbability);
      assert.ok((a as number) >= (b as number) && (b as number) >= (c as number));
    });

    it('stops at maxTokens, at an own stop id, and leaves that id out', async () => {
      const [long] = await f.inScope((scope) => scope.generate([f.greedy(1, 2)]));
      assert.equal(long?.finishReason, 'length');
      assert.equal(long.tokens.length, 2);
      const stop = long.tokens[0]?.id as number;
      const [cut] = await f.inScope((scope) =>
        scope.generate([{ ...f.greedy(1, 2), stopTokenIds: [stop] }]),
      );
      assert.equal(cut?.finishReason, 'stop');
      assert.deepEqual(cut.tokens, []);
      assert.equal(cut.text, '');
      assert.equal(cut.ledger.generated, 0);
    });

    it('draws by the seed, whatever the company', async () => {
      const [first, other] = await f.inScope((scope) =>
        scope.generate([f.sampled(0, 1), f.sampled(0, 2)]),
      );
      const [again] = await f.inScope((scope) =>
        scope.generate([f.sampled(0, 1), f.sampled(0, 2)]),
      );
      assert.deepEqual(first, again);
      assert.notDeepEqual(first?.tokens, other?.tokens);
      const crowd = await f.inScope((scope) =>
        scope.generate([f.greedy(2), f.sampled(0, 7), f.sampled(0, 1), f.greedy(3)]),
      );
      f.assertSameTraces(crowd[2]?.tokens ?? [], first?.tokens ?? []);
    });

    it('gives the hidden state at the prompt’s end, of unit length, only when asked', async () => {
      const [asked, plain] = await f.inScope((scope) =>
        scope.generate([f.greedy(0), { prompt: f.promptOf(1), maxTokens: 1 }]),
      );
      assert.equal(plain?.hidden, undefined);
      assert.deepEqual(plain?.firstCandidates, []);
      assert.equal(asked?.hidden?.length, f.model.description.hiddenSize);
      assertClose(Math.hypot(...(asked.hidden ?? [])), 1, 1e-5, 'length');
      const [next] = await f.inScope((scope) =>
        scope.next([{ prompt: f.promptOf(0), tokens: [], hidden: true }]),
      );
      asked.hidden.forEach((x, d) => {
        f.assertNear(next?.hidden?.[d], x, `hidden ${d}`);
      });
    });
  });
}
