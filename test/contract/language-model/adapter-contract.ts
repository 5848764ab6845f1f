import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoraAdapter } from '../../../src/ports/language-model.ts';
import { type ModelFixture } from './model-fixture.ts';

/** The part of the `LanguageModel` contract that speaks of adapters. */
export function adapterContract(f: ModelFixture): void {
  describe('adapters', () => {
    const ask = async (adapter: LoraAdapter | undefined): Promise<unknown[]> => {
      await f.model.setAdapter(adapter);
      const results = await f.inScope(
        async (scope) => {
          const prompt = [...f.promptOf(0), ...f.digits];
          const last = prompt.length - 1;
          const [base, turn, position] = await scope.next([
            { prompt: f.promptOf(1), tokens: f.digits, hidden: true },
            { prompt, tokens: f.digits, adaptFrom: f.promptOf(0).length },
            { prompt, tokens: f.digits, adaptFrom: last },
          ]);
          const later = await scope.next([{ prompt, tokens: f.digits }]);
          const written = await scope.generate([f.greedy(0), f.greedy(1)]);
          return [base, turn, position, later, written];
        },
        [f.prefix],
      );
      await f.model.setAdapter(undefined);
      return results;
    };
    const unsigned = (results: unknown[]): unknown =>
      JSON.parse(
        JSON.stringify(results, (key, value: unknown) =>
          key === 'adapterVersion' ? undefined : value,
        ),
      );

    it('change nothing when they are zero, bit for bit', async () => {
      const base = await ask(undefined);
      const zero = await ask(f.harness.adapter(3, true));
      assert.deepEqual(unsigned(zero), unsigned(base));
      const versions = zero.slice(0, 3).map((result) => {
        return (result as { adapterVersion: number }).adapterVersion;
      });
      assert.deepEqual(versions, [0, 3, 3]);
    });

    it('equal the base at adapted positions when they are zero, bit for bit', async () => {
      await f.model.setAdapter(f.harness.adapter(1, true));
      const request = { prompt: f.promptOf(0), tokens: f.digits, hidden: true };
      for (const adaptFrom of [0, 5, f.promptOf(0).length - 1]) {
        const [adapted] = await f.inScope((scope) => scope.next([{ ...request, adaptFrom }]));
        const [base] = await f.inScope((scope) => scope.next([request]));
        assert.deepEqual({ ...adapted, adapterVersion: 0 }, base);
      }
      await f.model.setAdapter(undefined);
    });

    it('act where a request says so and nowhere else, then or later', async () => {
      const base = await ask(undefined);
      const adapted = await ask(f.harness.adapter(1, false));
      for (const i of [1, 2])
        assert.notDeepEqual(
          (adapted[i] as { logProbabilities: unknown }).logProbabilities,
          (base[i] as { logProbabilities: unknown }).logProbabilities,
        );
      for (const i of [0, 3, 4]) assert.deepEqual(adapted[i], base[i]);
    });

    it('take effect for scopes opened later', async () => {
      const request = { prompt: f.promptOf(0), tokens: f.digits, adaptFrom: 0 };
      await f.inScope(async (scope) => {
        await f.model.setAdapter(f.harness.adapter(9, false));
        assert.equal((await scope.next([request]))[0]?.adapterVersion, 0);
      });
      await f.inScope(async (scope) => {
        await f.model.setAdapter(undefined);
        assert.equal((await scope.next([request]))[0]?.adapterVersion, 9);
      });
    });

    it('are refused when they do not fit', async () => {
      const good = f.harness.adapter(1, false);
      const site = good.sites[0];
      assert.ok(site);
      const broken: LoraAdapter[] = [
        { ...good, version: 0 },
        { ...good, rank: good.rank + 1 },
        { ...good, scaling: NaN },
        { ...good, sites: [{ ...site, layer: 10_000 }] },
        { ...good, sites: [site, site] },
        { ...good, sites: [{ ...site, a: site.a.subarray(1) }] },
        { ...good, sites: [{ ...site, b: site.b.map(() => Infinity) }] },
      ];
      for (const adapter of broken)
        await assert.rejects(f.model.setAdapter(adapter), { code: 'ADAPTER_REFUSED' });
    });
  });
}
