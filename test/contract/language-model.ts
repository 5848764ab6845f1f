import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import type {
  GenerateRequest,
  LanguageModel,
  LoraAdapter,
  ModelScope,
  TokenLedger,
  TokenTrace,
} from '../../src/ports/language-model.ts';
import type { TokenIds } from '../../src/ports/tokenizer.ts';
import { assertClose } from '../support/assert-close.ts';

/** What the contract suite of the `LanguageModel` port needs of an implementation. */
export interface LanguageModelHarness {
  /** Opens a model; equal ones every time. */
  open(): Promise<LanguageModel>;
  /** Opens one that takes at least half a millisecond a run. @defaultValue `open` */
  openSlow?(): Promise<LanguageModel>;
  /** Why the suite cannot run here. */
  readonly skip?: string | false;
  /**
   * Largest difference of a log probability, an entropy or a hidden number between a request alone and the
   * same one in company. 0 where company changes nothing.
   */
  readonly tolerance: number;
  /** Whether company may change a token, since the best two can be closer than `tolerance`. */
  readonly nearTies: boolean;
  /** An adapter on real sites; with `zero` its effect is none, without it a large one. */
  adapter(version: number, zero: boolean): LoraAdapter;
}

const PREFIX = 'You answer questions with one word.';
const QUESTIONS = [
  'What is the capital of Peru?',
  'Which metal is red?',
  'What is 3 plus 4?',
  'Who?',
];

function commonPrefix(a: TokenIds, b: TokenIds): TokenIds {
  const at = a.findIndex((id, i) => id !== b[i]);
  return at < 0 ? a : a.slice(0, at);
}

/** Runs the contract of {@link LanguageModel}; the same for every implementation. */
export function languageModelContract(name: string, harness: LanguageModelHarness): void {
  describe(`LanguageModel: ${name}`, { skip: harness.skip ?? false }, () => {
    let model: LanguageModel;
    let prefix: TokenIds;
    let prompts: TokenIds[];
    let digits: TokenIds;

    before(async () => {
      model = await harness.open();
      const { tokenizer } = model;
      prompts = QUESTIONS.map((question) => [
        ...tokenizer.encodeChat([
          { role: 'system', content: PREFIX },
          { role: 'user', content: question },
        ]),
      ]);
      prefix = prompts.reduce(commonPrefix);
      digits = [...'0123456789'].map((digit) => tokenizer.encode(digit).at(-1) as number);
    });
    after(() => model.close());

    /** Runs some calls in a scope of their own. */
    const inScope = async <T>(
      use: (scope: ModelScope) => Promise<T>,
      prefixes: readonly TokenIds[] = [],
    ): Promise<T> => {
      const scope = await model.openScope(prefixes);
      try {
        return await use(scope);
      } finally {
        await scope.close();
      }
    };
    const promptOf = (i: number): TokenIds => prompts[i] as TokenIds;
    const greedy = (i: number, maxTokens = 6): GenerateRequest => ({
      prompt: promptOf(i),
      maxTokens,
      firstCandidates: 3,
      hidden: true,
    });
    const sampled = (i: number, seed: number, maxTokens = 6): GenerateRequest => ({
      prompt: promptOf(i),
      maxTokens,
      sampling: { temperature: 1.5, topP: 0.95, seed },
    });
    const close = (actual: number | undefined, expected: number, what: string): void => {
      assertClose(actual, expected, harness.tolerance, what);
    };
    const sameTraces = (actual: readonly TokenTrace[], expected: readonly TokenTrace[]): void => {
      for (const [at, trace] of expected.entries()) {
        if (harness.nearTies && actual[at]?.id !== trace.id) return;
        assert.equal(actual[at]?.id, trace.id);
        close(actual[at]?.logProbability, trace.logProbability, `log probability ${at}`);
        close(actual[at]?.entropyNats, trace.entropyNats, `entropy ${at}`);
      }
      if (!harness.nearTies) assert.equal(actual.length, expected.length);
    };
    const sums = (ledger: TokenLedger): void => {
      const { prompt, cached, generated, scored, computed } = ledger;
      assert.equal(computed, prompt - cached + generated + scored);
    };

    describe('generate', () => {
      it('writes the same greedily, bit for bit', async () => {
        const first = await inScope((scope) => scope.generate([greedy(0), greedy(1)]));
        const second = await inScope((scope) => scope.generate([greedy(0), greedy(1)]));
        assert.deepEqual(first, second);
        assert.ok((first[0]?.tokens.length ?? 0) > 0);
        assert.equal(
          first[0]?.text,
          model.tokenizer.decode(first[0]?.tokens.map((token) => token.id) ?? []),
        );
      });

      it('writes in company what it writes alone', async () => {
        const together = await inScope((scope) =>
          scope.generate([0, 1, 2, 3].map((i) => greedy(i))),
        );
        for (const [i, row] of together.entries()) {
          const [alone] = await inScope((scope) => scope.generate([greedy(i)]));
          assert.ok(alone);
          sameTraces(row.tokens, alone.tokens);
          close(row.firstEntropyNats, alone.firstEntropyNats, 'first entropy');
        }
      });

      it('takes the most probable token, and reports it first among its candidates', async () => {
        const [row] = await inScope((scope) => scope.generate([greedy(0)]));
        assert.ok(row);
        assert.equal(row.firstCandidates.length, 3);
        assert.equal(row.firstCandidates[0]?.id, row.tokens[0]?.id);
        assert.equal(row.firstCandidates[0]?.logProbability, row.tokens[0]?.logProbability);
        assert.equal(row.firstEntropyNats, row.tokens[0]?.entropyNats);
        const [a, b, c] = row.firstCandidates.map((candidate) => candidate.logProbability);
        assert.ok((a as number) >= (b as number) && (b as number) >= (c as number));
      });

      it('stops at maxTokens, at an own stop id, and leaves that id out', async () => {
        const [long] = await inScope((scope) => scope.generate([greedy(1, 2)]));
        assert.equal(long?.finishReason, 'length');
        assert.equal(long.tokens.length, 2);
        const stop = long.tokens[0]?.id as number;
        const [cut] = await inScope((scope) =>
          scope.generate([{ ...greedy(1, 2), stopTokenIds: [stop] }]),
        );
        assert.equal(cut?.finishReason, 'stop');
        assert.deepEqual(cut.tokens, []);
        assert.equal(cut.text, '');
        assert.equal(cut.ledger.generated, 0);
      });

      it('draws by the seed, whatever the company', async () => {
        const [first, other] = await inScope((scope) =>
          scope.generate([sampled(0, 1), sampled(0, 2)]),
        );
        const [again] = await inScope((scope) => scope.generate([sampled(0, 1), sampled(0, 2)]));
        assert.deepEqual(first, again);
        assert.notDeepEqual(first?.tokens, other?.tokens);
        const crowd = await inScope((scope) =>
          scope.generate([greedy(2), sampled(0, 7), sampled(0, 1), greedy(3)]),
        );
        sameTraces(crowd[2]?.tokens ?? [], first?.tokens ?? []);
      });

      it('gives the hidden state at the prompt’s end, of unit length, only when asked', async () => {
        const [asked, plain] = await inScope((scope) =>
          scope.generate([greedy(0), { prompt: promptOf(1), maxTokens: 1 }]),
        );
        assert.equal(plain?.hidden, undefined);
        assert.deepEqual(plain?.firstCandidates, []);
        assert.equal(asked?.hidden?.length, model.description.hiddenSize);
        assertClose(Math.hypot(...(asked.hidden ?? [])), 1, 1e-5, 'length');
        const [next] = await inScope((scope) =>
          scope.next([{ prompt: promptOf(0), tokens: [], hidden: true }]),
        );
        asked.hidden.forEach((x, d) => {
          close(next?.hidden?.[d], x, `hidden ${d}`);
        });
      });
    });

    describe('next', () => {
      it('is the distribution that generate takes its first token from', async () => {
        const [row] = await inScope((scope) => scope.generate([greedy(2)]));
        const [next] = await inScope((scope) =>
          scope.next([
            {
              prompt: promptOf(2),
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
        const tokens = Array.from({ length: model.description.vocabularySize }, (_, id) => id);
        const [next] = await inScope((scope) => scope.next([{ prompt: promptOf(0), tokens }]));
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
        const branches = digits.map((digit) => ({
          prompt: [...promptOf(0), digit, digit],
          tokens: digits,
        }));
        const together = await inScope((scope) => scope.next(branches));
        for (const [i, branch] of branches.entries()) {
          const [alone] = await inScope((scope) => scope.next([branch]));
          alone?.logProbabilities.forEach((value, d) => {
            close(together[i]?.logProbabilities[d], value, `branch ${i}, digit ${d}`);
          });
        }
        const paid = together.map((result) => result.ledger.computed);
        assert.deepEqual(paid, [promptOf(0).length + 2, ...Array<number>(9).fill(2)]);
      });
    });

    describe('score', () => {
      it('equals what was said when the text was written', async () => {
        const [row] = await inScope((scope) => scope.generate([greedy(0)]));
        const continuation = row?.tokens.map((token) => token.id) ?? [];
        const [scored] = await inScope((scope) =>
          scope.score([{ prompt: promptOf(0), continuation, firstCandidates: 3, hidden: true }]),
        );
        assert.deepEqual(
          scored?.tokens.map((token) => token.id),
          continuation,
        );
        row?.tokens.forEach((trace, at) => {
          close(scored?.tokens[at]?.logProbability, trace.logProbability, `log probability ${at}`);
          close(scored?.tokens[at]?.entropyNats, trace.entropyNats, `entropy ${at}`);
        });
        assert.equal(scored?.firstCandidates[0]?.id, continuation[0]);
        assert.equal(scored?.hidden?.length, model.description.hiddenSize);
        assert.equal(scored?.ledger.scored, continuation.length - 1);
      });

      it('takes an empty continuation', async () => {
        const [scored] = await inScope((scope) =>
          scope.score([{ prompt: promptOf(0), continuation: [], firstCandidates: 1 }]),
        );
        assert.deepEqual(scored?.tokens, []);
        assert.equal(scored?.firstCandidates.length, 1);
      });
    });

    describe('the ledger', () => {
      it('counts each position once, in a call and over calls', async () => {
        const scope = await model.openScope([prefix]);
        const n = promptOf(0).length;
        const [row, twin] = await scope.generate([greedy(0), greedy(0)]);
        assert.ok(row && twin);
        sums(row.ledger);
        assert.deepEqual(twin.tokens, row.tokens);
        assert.equal(row.ledger.cached, prefix.length);
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
        const asked = [...promptOf(0), ...row.tokens.map((token) => token.id), digits[0] as number];
        const [next] = await scope.next([{ prompt: asked, tokens: digits }]);
        assert.equal(next?.ledger.cached, n + written);
        sums(next.ledger);
        const [again] = await scope.next([{ prompt: asked, tokens: digits }]);
        assert.equal(again?.ledger.computed, 1);
        const [scored] = await scope.score([{ prompt: promptOf(1), continuation: digits }]);
        assert.equal(scored?.ledger.scored, 9);
        sums(scored.ledger);
        await scope.close();
      });

      it('counts shared prefixes as served in every scope', async () => {
        for (let i = 0; i < 2; i++)
          await inScope(
            async (scope) => {
              const [next] = await scope.next([{ prompt: promptOf(0), tokens: [] }]);
              const shared = commonPrefix(promptOf(0), promptOf(1)).length;
              assert.equal(next?.ledger.cached, shared);
            },
            [prefix, promptOf(1)],
          );
      });
    });

    describe('adapters', () => {
      const ask = async (adapter: LoraAdapter | undefined): Promise<unknown[]> => {
        await model.setAdapter(adapter);
        const results = await inScope(
          async (scope) => {
            const prompt = [...promptOf(0), ...digits];
            const last = prompt.length - 1;
            const [base, turn, position] = await scope.next([
              { prompt: promptOf(1), tokens: digits, hidden: true },
              { prompt, tokens: digits, adaptFrom: promptOf(0).length },
              { prompt, tokens: digits, adaptFrom: last },
            ]);
            const later = await scope.next([{ prompt, tokens: digits }]);
            const written = await scope.generate([greedy(0), greedy(1)]);
            return [base, turn, position, later, written];
          },
          [prefix],
        );
        await model.setAdapter(undefined);
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
        const zero = await ask(harness.adapter(3, true));
        assert.deepEqual(unsigned(zero), unsigned(base));
        const versions = zero.slice(0, 3).map((result) => {
          return (result as { adapterVersion: number }).adapterVersion;
        });
        assert.deepEqual(versions, [0, 3, 3]);
      });

      it('equal the base at adapted positions when they are zero, bit for bit', async () => {
        await model.setAdapter(harness.adapter(1, true));
        const request = { prompt: promptOf(0), tokens: digits, hidden: true };
        for (const adaptFrom of [0, 5, promptOf(0).length - 1]) {
          const [adapted] = await inScope((scope) => scope.next([{ ...request, adaptFrom }]));
          const [base] = await inScope((scope) => scope.next([request]));
          assert.deepEqual({ ...adapted, adapterVersion: 0 }, base);
        }
        await model.setAdapter(undefined);
      });

      it('act where a request says so and nowhere else, then or later', async () => {
        const base = await ask(undefined);
        const adapted = await ask(harness.adapter(1, false));
        for (const i of [1, 2])
          assert.notDeepEqual(
            (adapted[i] as { logProbabilities: unknown }).logProbabilities,
            (base[i] as { logProbabilities: unknown }).logProbabilities,
          );
        for (const i of [0, 3, 4]) assert.deepEqual(adapted[i], base[i]);
      });

      it('take effect for scopes opened later', async () => {
        const request = { prompt: promptOf(0), tokens: digits, adaptFrom: 0 };
        await inScope(async (scope) => {
          await model.setAdapter(harness.adapter(9, false));
          assert.equal((await scope.next([request]))[0]?.adapterVersion, 0);
        });
        await inScope(async (scope) => {
          await model.setAdapter(undefined);
          assert.equal((await scope.next([request]))[0]?.adapterVersion, 9);
        });
      });

      it('are refused when they do not fit', async () => {
        const good = harness.adapter(1, false);
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
          await assert.rejects(model.setAdapter(adapter), { code: 'ADAPTER_REFUSED' });
      });
    });

    describe('scopes', () => {
      it('see the same bits whatever came before them', async () => {
        const calls = async (scope: ModelScope): Promise<unknown> => [
          await scope.generate([greedy(0), sampled(1, 4)]),
          await scope.next([{ prompt: [...promptOf(0), ...digits], tokens: digits, adaptFrom: 4 }]),
          await scope.score([{ prompt: promptOf(2), continuation: digits }]),
        ];
        const shared = [prefix, promptOf(3)];
        const fresh = await harness.open();
        const scope = await fresh.openScope(shared);
        const expected = await calls(scope);
        await fresh.close();
        assert.deepEqual(await inScope(calls, shared), expected);
        await model.setAdapter(harness.adapter(2, false));
        await inScope(
          async (messy) => {
            await messy.next([{ prompt: promptOf(1), tokens: digits, adaptFrom: 1 }]);
            await messy.generate([greedy(3, 9), greedy(2)], AbortSignal.abort());
            await messy.generate([greedy(3, 3)]);
          },
          [promptOf(1), prefix.slice(2)],
        );
        await model.setAdapter(undefined);
        assert.deepEqual(await inScope(calls, shared), expected);
      });

      it('open one at a time, in order', async () => {
        const order: string[] = [];
        const first = await model.openScope();
        const visit = async (name: string): Promise<void> => {
          const scope = await model.openScope();
          order.push(name);
          await scope.next([{ prompt: promptOf(0), tokens: [] }]);
          await scope.close();
        };
        const visits = [visit('second'), visit('third')];
        await first.next([{ prompt: promptOf(1), tokens: [] }]);
        order.push('first');
        await first.close();
        await Promise.all(visits);
        assert.deepEqual(order, ['first', 'second', 'third']);
      });

      it('run their calls in the order they were made', async () => {
        const requests = [0, 1, 0].map((i) => ({ prompt: promptOf(i), tokens: digits }));
        const overlapping = await inScope((scope) =>
          Promise.all(requests.map((request) => scope.next([request]))),
        );
        const oneByOne = await inScope(async (scope) => {
          const results = [];
          for (const request of requests) results.push(await scope.next([request]));
          return results;
        });
        assert.deepEqual(overlapping, oneByOne);
      });

      it('take no calls after closing, and may be closed again', async () => {
        const scope = await model.openScope();
        const pending = scope.next([{ prompt: promptOf(0), tokens: digits }]);
        await scope.close();
        assert.equal((await pending).length, 1);
        await assert.rejects(scope.next([]), { code: 'PRECONDITION' });
        await scope.close();
      });

      it('go on after a refused call', async () => {
        await inScope(async (scope) => {
          await assert.rejects(scope.generate([{ prompt: [], maxTokens: 1 }]));
          assert.equal((await scope.generate([])).length, 0);
          assert.equal((await scope.generate([greedy(0)])).length, 1);
        });
      });
    });

    describe('errors', () => {
      it('name a broken precondition', async () => {
        const prompt = promptOf(0);
        await inScope(async (scope) => {
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
        const full = Array<number>(model.description.contextLength).fill(digits[0] as number);
        const overflow = { code: 'CONTEXT_OVERFLOW' };
        await assert.rejects(model.openScope([full, full]), overflow);
        await inScope(async (scope) => {
          const prompt = [...full, 0];
          await assert.rejects(scope.next([{ prompt, tokens: [] }]), overflow);
          await assert.rejects(scope.generate([{ prompt, maxTokens: 1 }]), overflow);
          await assert.rejects(scope.score([{ prompt: full, continuation: [0, 0] }]), overflow);
        });
      });
    });

    describe('cancellation', () => {
      it('gives what there was of a text', async () => {
        const slow = await (harness.openSlow ?? harness.open)();
        const scope = await slow.openScope();
        // Nearly uniform sampling: end tokens are as rare as any.
        const requests = [1, 2, 3, 4, 5, 6].map((seed) => ({
          prompt: promptOf(0),
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
        const [next] = await scope.next([{ prompt: promptOf(0), tokens: [] }]);
        assert.equal(next?.ledger.computed, 1);
        await slow.close();
      });

      it('before the start computes nothing', async () => {
        await inScope(async (scope) => {
          const signal = AbortSignal.abort();
          const [row] = await scope.generate([greedy(0)], signal);
          assert.equal(row?.finishReason, 'cancelled');
          assert.deepEqual(row.tokens, []);
          assert.equal(row.ledger.computed, 0);
          const cancelled = { code: 'CANCELLED' };
          await assert.rejects(
            scope.next([{ prompt: promptOf(0), tokens: [] }], signal),
            cancelled,
          );
          const request = { prompt: promptOf(0), continuation: digits };
          await assert.rejects(scope.score([request], signal), cancelled);
        });
      });
    });

    describe('closing the model', () => {
      it('rejects what is under way and what comes later', async () => {
        const own = await (harness.openSlow ?? harness.open)();
        const scope = await own.openScope();
        const waiting = assert.rejects(own.openScope(), { code: 'CANCELLED' });
        const running = assert.rejects(scope.generate([sampled(0, 1, 300)]), { code: 'CANCELLED' });
        await own.close();
        await Promise.all([waiting, running]);
        await assert.rejects(own.openScope(), { code: 'PRECONDITION' });
        await assert.rejects(scope.generate([greedy(0)]), { code: 'CANCELLED' });
        await scope.close();
        await own.close();
      });
    });
  });
}
