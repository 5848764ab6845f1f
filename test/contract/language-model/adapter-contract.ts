import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoraAdapter, NextTokenResult } from '../../../src/ports/language-model.ts';
import { ModelFixture } from './model-fixture.ts';

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

    it('leave base positions alone, bit for bit, when they are as large as they may be', async () => {
      const base = await ask(undefined);
      const usual = f.harness.adapter(1, false);
      // The bound that adapters are held to.
      const largest = (values: Float32Array): Float32Array =>
        values.map((value) => (value < 0 ? -1e4 : 1e4));
      const sites = usual.sites.map((site) => ({
        ...site,
        a: largest(site.a),
        b: largest(site.b),
      }));
      const adapted = await ask({ ...usual, scaling: 1e4, sites });
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

    /** Everything a scope does, in one that the adapter acts on all of. */
    const everything = async (adapter: LoraAdapter | undefined): Promise<unknown[]> => {
      await f.model.setAdapter(adapter);
      const results = await f.inScope(
        async (scope) => [
          await scope.generate([f.greedy(0), f.greedy(1)]),
          await scope.next([
            { prompt: f.promptOf(2), tokens: f.digits, hidden: true },
            { prompt: f.promptOf(0), tokens: f.digits, adaptFrom: f.promptOf(0).length - 1 },
          ]),
          await scope.score([{ prompt: f.promptOf(1), continuation: f.digits.slice(0, 3) }]),
        ],
        [f.prefix],
        { adaptAll: true },
      );
      await f.model.setAdapter(undefined);
      return results;
    };

    it('that act on a whole scope change nothing when there is none or it is zero, bit for bit', async () => {
      const base = await f.inScope(
        async (scope) => [
          await scope.generate([f.greedy(0), f.greedy(1)]),
          await scope.next([
            { prompt: f.promptOf(2), tokens: f.digits, hidden: true },
            { prompt: f.promptOf(0), tokens: f.digits },
          ]),
          await scope.score([{ prompt: f.promptOf(1), continuation: f.digits.slice(0, 3) }]),
        ],
        [f.prefix],
      );
      assert.deepEqual(
        await everything(f.harness.adapter(3, false)).then(() => everything(undefined)),
        base,
      );
      assert.deepEqual(unsigned(await everything(f.harness.adapter(3, true))), unsigned(base));
    });

    it('that act on a whole scope act on every position of every call', async () => {
      const adapter = f.harness.adapter(4, false);
      await f.model.setAdapter(adapter);
      const request = { prompt: f.promptOf(0), tokens: f.digits, candidates: 1, hidden: true };
      const [wanted] = await f.inScope((scope) => scope.next([{ ...request, adaptFrom: 0 }]));
      assert.ok(wanted);
      const continuation = f.digits.slice(0, 1);
      await f.inScope(
        async (scope) => {
          const [written] = await scope.generate([f.greedy(0)]);
          const [scored] = await scope.score([{ prompt: f.promptOf(0), continuation }]);
          const [asked] = await scope.next([request]);
          assert.equal(asked?.adapterVersion, 4);
          asked.logProbabilities.forEach((value, d) => {
            f.assertNear(value, wanted.logProbabilities[d] as number, `next at digit ${d}`);
          });
          f.assertNear(
            scored?.tokens[0]?.logProbability,
            wanted.logProbabilities[0] as number,
            'score',
          );
          const best = written?.firstCandidates[0];
          f.assertNear(
            best?.logProbability,
            wanted.candidates[0]?.logProbability as number,
            'generate',
          );
          (wanted.hidden as Float32Array).forEach((value, d) => {
            f.assertNear(written?.hidden?.[d], value, `hidden ${d}`);
          });
        },
        [f.prefix],
        { adaptAll: true },
      );
      await f.model.setAdapter(undefined);
    });

    it('that act on a whole scope are served nothing that others computed, nor leave anything to them', async () => {
      const fresh = await f.harness.open();
      const alone = new ModelFixture({ ...f.harness, open: () => Promise.resolve(fresh) });
      await alone.start();
      await fresh.setAdapter(f.harness.adapter(7, false));
      const ask = (model: ModelFixture, adaptAll: boolean): Promise<unknown> =>
        model.inScope((scope) => scope.generate([model.greedy(0)]), [f.prefix], { adaptAll });
      const wanted = await ask(alone, true);
      const base = await ask(f, false);
      // Others come before, with the same prefix: base weights, and another adapter.
      await f.model.setAdapter({ ...f.harness.adapter(6, false), scaling: 0.5 });
      await ask(f, true);
      await f.model.setAdapter(f.harness.adapter(7, false));
      assert.deepEqual(await ask(f, true), wanted);
      assert.deepEqual(await ask(f, false), base);
      await f.model.setAdapter(undefined);
      await fresh.close();
    });

    it('that acted before act where a request asks for them, and leave nothing behind', async () => {
      const before = f.harness.adapter(1, false);
      const now = { ...f.harness.adapter(2, false), scaling: before.scaling / 2 };
      const prompt = [...f.promptOf(0), ...f.digits];
      const later = { prompt: f.promptOf(1), tokens: f.digits };
      for (const adaptAll of [false, true])
        for (const adaptFrom of [f.promptOf(0).length, prompt.length - 1]) {
          const request = { prompt, tokens: f.digits, adaptFrom };
          const ask = async (adapter: LoraAdapter | undefined, previous?: LoraAdapter) => {
            await f.model.setAdapter(adapter, previous);
            return f.inScope(
              async (scope) => [
                ...(await scope.next([request])),
                ...(await scope.next([later])),
                ...(await scope.generate([f.greedy(0)])),
              ],
              [],
              { adaptAll },
            );
          };
          const ofBefore = (await ask(before))[0];
          const without = await ask(now);
          for (const previous of [before, undefined]) {
            await f.model.setAdapter(now, previous);
            const [together, ...rest] = await f.inScope(
              async (scope) => [
                await scope.next([{ ...request, previous: true }, request]),
                ...(await scope.next([later])),
                ...(await scope.generate([f.greedy(0)])),
              ],
              [],
              { adaptAll },
            );
            const [old, present] = together;
            const wanted =
              previous === undefined
                ? (await f.inScope((scope) => scope.next([{ prompt, tokens: f.digits }])))[0]
                : ofBefore;
            assert.equal(old?.adapterVersion, previous?.version ?? 0);
            (wanted as NextTokenResult).logProbabilities.forEach((value, d) => {
              f.assertNear(old.logProbabilities[d], value, `digit ${d}`);
            });
            assert.deepEqual([present, ...rest], without);
            // All of the prompt where the present one acts on all of it, else what it acts on.
            const paid = adaptAll ? prompt.length : prompt.length - adaptFrom;
            assert.equal(old.ledger.computed, paid);
          }
        }
      await f.model.setAdapter(undefined);
      await assert.rejects(
        f.inScope((scope) => scope.next([{ prompt, tokens: [], previous: true }])),
        { code: 'PRECONDITION' },
      );
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
        for (const [present, previous] of [[adapter], [good, adapter]])
          await assert.rejects(f.model.setAdapter(present, previous), { code: 'ADAPTER_REFUSED' });
    });
  });
}
