import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelScope } from '../../../src/ports/language-model.ts';
import { type ModelFixture } from './model-fixture.ts';

/** The part of the `LanguageModel` contract that speaks of scopes, and of what is refused. */
export function scopeContract(f: ModelFixture): void {
  describe('scopes', () => {
    it('see the same bits whatever came before them', async () => {
      const calls = async (scope: ModelScope): Promise<unknown> => [
        await scope.generate([f.greedy(0), f.sampled(1, 4)]),
        await scope.next([
          { prompt: [...f.promptOf(0), ...f.digits], tokens: f.digits, adaptFrom: 4 },
        ]),
        await scope.score([{ prompt: f.promptOf(2), continuation: f.digits }]),
      ];
      const shared = [f.prefix, f.promptOf(3)];
      const fresh = await f.harness.open();
      const scope = await fresh.openScope(shared);
      const expected = await calls(scope);
      await fresh.close();
      assert.deepEqual(await f.inScope(calls, shared), expected);
      await f.model.setAdapter(f.harness.adapter(2, false));
      await f.inScope(
        async (messy) => {
          await messy.next([{ prompt: f.promptOf(1), tokens: f.digits, adaptFrom: 1 }]);
          await messy.generate([f.greedy(3, 9), f.greedy(2)], AbortSignal.abort());
          await messy.generate([f.greedy(3, 3)]);
        },
        [f.promptOf(1), f.prefix.slice(2)],
      );
      await f.model.setAdapter(undefined);
      assert.deepEqual(await f.inScope(calls, shared), expected);
    });

    it('open one at a time, in order', async () => {
      const order: string[] = [];
      const first = await f.model.openScope();
      const visit = async (name: string): Promise<void> => {
        const scope = await f.model.openScope();
        order.push(name);
        await scope.next([{ prompt: f.promptOf(0), tokens: [] }]);
        await scope.close();
      };
      const visits = [visit('second'), visit('third')];
      await first.next([{ prompt: f.promptOf(1), tokens: [] }]);
      order.push('first');
      await first.close();
      await Promise.all(visits);
      assert.deepEqual(order, ['first', 'second', 'third']);
    });

    it('run their calls in the order they were made', async () => {
      const requests = [0, 1, 0].map((i) => ({ prompt: f.promptOf(i), tokens: f.digits }));
      const overlapping = await f.inScope((scope) =>
        Promise.all(requests.map((request) => scope.next([request]))),
      );
      const oneByOne = await f.inScope(async (scope) => {
        const results = [];
        for (const request of requests) results.push(await scope.next([request]));
        return results;
      });
      assert.deepEqual(overlapping, oneByOne);
    });

    it('take no calls after closing, and may be closed again', async () => {
      const scope = await f.model.openScope();
      const pending = scope.next([{ prompt: f.promptOf(0), tokens: f.digits }]);
      await scope.close();
      assert.equal((await pending).length, 1);
      await assert.rejects(scope.next([]), { code: 'PRECONDITION' });
      await scope.close();
    });

    it('go on after a refused call', async () => {
      await f.inScope(async (scope) => {
        await assert.rejects(scope.generate([{ prompt: [], maxTokens: 1 }]));
        assert.equal((await scope.generate([])).length, 0);
        assert.equal((await scope.generate([f.greedy(0)])).length, 1);
      });
    });
  });

  describe('errors', () => {
    it('name a broken precondition', async () => {
      const prompt = f.promptOf(0);
      await f.inScope(async (scope) => {
        const refused = { code: 'PRECONDITION' };
        await assert.rejects(scope.generate([{ prompt: [], maxTokens: 1 }]), refused);
        await assert.rejects(scope.generate([{ prompt, maxTokens: 0 }]), refused);
        await assert.rejects(scope.generate([{ prompt: [-1], maxTokens: 1 }]), refused);
        await assert.rejects(scope.generate([{ prompt: [1e9], maxTokens: 1 }]), refused);
        const sampling = { temperature: 0, seed: 1 };
        await assert.rejects(scope.generate([{ prompt, maxTokens: 1, sampling }]), refused);
        await assert.rejects(scope.next([{ prompt, tokens: [0.5] }]), refused);
        const adaptFrom = prompt.length;
        await assert.rejects(scope.next([{ prompt, tokens: [], adaptFrom }]), refused);
        await assert.rejects(scope.score([{ prompt, continuation: [NaN] }]), refused);
      });
    });

    it('say that a prompt is too long', async () => {
      const full = Array<number>(f.model.description.contextLength).fill(f.digits[0] as number);
      const overflow = { code: 'CONTEXT_OVERFLOW' };
      await assert.rejects(f.model.openScope([full, full]), overflow);
      await f.inScope(async (scope) => {
        const prompt = [...full, 0];
        await assert.rejects(scope.next([{ prompt, tokens: [] }]), overflow);
        await assert.rejects(scope.generate([{ prompt, maxTokens: 1 }]), overflow);
        await assert.rejects(scope.score([{ prompt: full, continuation: [0, 0] }]), overflow);
      });
    });
  });
}
