import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type ModelFixture } from './model-fixture.ts';

/** The part of the `LanguageModel` contract that speaks of cancelling calls and closing the model. */
export function cancellationContract(f: ModelFixture): void {
  describe('cancellation', () => {
    it('gives what there was of a text', async () => {
      const slow = await (f.harness.openSlow ?? f.harness.open)();
      const scope = await slow.openScope();
      // Nearly uniform sampling: end tokens are as rare as any.
      const requests = [1, 2, 3, 4, 5, 6].map((seed) => ({
        prompt: f.promptOf(0),
        maxTokens: 300,
        sampling: { temperature: 1000, seed },
      }));
      const controller = new AbortController();
      const started = scope.generate(requests, controller.signal);
      await setTimeout(60);
      controller.abort();
      const rows = await started;
      const cut = rows.filter((row) => row.finishReason === 'cancelled');
      assert.ok(cut.length > 0);
      for (const row of cut) {
        assert.ok(row.tokens.length < 300);
        assert.ok(row.ledger.generated <= row.tokens.length);
      }
      // The scope goes on, and what was computed serves.
      const [next] = await scope.next([{ prompt: f.promptOf(0), tokens: [] }]);
      assert.equal(next?.ledger.computed, 1);
      await slow.close();
    });

    it('before the start computes nothing', async () => {
      await f.inScope(async (scope) => {
        const signal = AbortSignal.abort();
        const [row] = await scope.generate([f.greedy(0)], signal);
        assert.equal(row?.finishReason, 'cancelled');
        assert.deepEqual(row.tokens, []);
        assert.equal(row.ledger.computed, 0);
        const cancelled = { code: 'CANCELLED' };
        await assert.rejects(
          scope.next([{ prompt: f.promptOf(0), tokens: [] }], signal),
          cancelled,
        );
        const request = { prompt: f.promptOf(0), continuation: f.digits };
        await assert.rejects(scope.score([request], signal), cancelled);
      });
    });
  });

  describe('closing the model', () => {
    it('rejects what is under way and what comes later', async () => {
      const own = await (f.harness.openSlow ?? f.harness.open)();
      const scope = await own.openScope();
      const waiting = assert.rejects(own.openScope(), { code: 'CANCELLED' });
      const running = assert.rejects(scope.generate([f.sampled(0, 1, 300)]), { code: 'CANCELLED' });
      await own.close();
      await Promise.all([waiting, running]);
      await assert.rejects(own.openScope(), { code: 'PRECONDITION' });
      await assert.rejects(scope.generate([f.greedy(0)]), { code: 'CANCELLED' });
      await scope.close();
      await own.close();
    });

    it('rejects a scope that nobody was before, but that is not open yet', async () => {
      const own = await f.harness.open();
      const opening = assert.rejects(own.openScope(), { code: 'CANCELLED' });
      await own.close();
      await opening;
    });
  });
}
