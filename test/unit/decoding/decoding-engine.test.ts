import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StandInForwardPass } from '../../../src/adapters/memory/stand-in-forward-pass.ts';
import { StandInNetwork } from '../../../src/adapters/memory/stand-in-network.ts';
import { standInVocabulary } from '../../../src/adapters/memory/stand-in-vocabulary.ts';
import { DecodingEngine } from '../../../src/decoding/decoding-engine.ts';
import { NO_ADAPTERS } from '../../../src/decoding/engine.ts';
import type { ForwardBatch, UpcomingPositions } from '../../../src/decoding/forward-pass.ts';
import type { GenerateRequest, TokenLedger } from '../../../src/ports/language-model.ts';

const vocabulary = standInVocabulary();
const endTokenIds = [vocabulary.specials.get('<|im_end|>') as number];

/** The stand-in network in runs of a few positions and rows, counting them. */
class CountingPass extends StandInForwardPass {
  override readonly rowLimit = 3;
  positions = 0;
  lastStart = 0;

  override runLength({ tokens }: UpcomingPositions): number {
    return Math.min(5, tokens.length);
  }

  override run(batch: ForwardBatch): ReturnType<StandInForwardPass['run']> {
    assert.ok(batch.tokens.length >= 1 && batch.tokens.length <= 5);
    assert.ok(batch.wanted.length <= this.rowLimit);
    this.positions += batch.tokens.length;
    this.lastStart = batch.start;
    return super.run(batch);
  }
}

function engineOf(contextLength: number): { engine: DecodingEngine<unknown>; pass: CountingPass } {
  const network = new StandInNetwork(vocabulary, 1);
  const pass = new CountingPass(network, vocabulary.size, contextLength + 1, 0);
  return { engine: new DecodingEngine(pass, { contextLength, endTokenIds }), pass };
}

/** A long context, one request, no cache: what any other way of computing must equal. */
async function alone<T>(call: (engine: DecodingEngine<unknown>) => Promise<T[]>): Promise<T> {
  const { engine } = engineOf(400);
  await engine.open([], NO_ADAPTERS);
  return (await call(engine))[0] as T;
}

/** Results but for the ledger, which says what was shared. */
function withoutLedger<T extends { readonly ledger: TokenLedger }>(result: T): Omit<T, 'ledger'> {
  const { ledger: _, ...rest } = result;
  return rest;
}

function assertLedger(ledger: TokenLedger): void {
  const { prompt, cached, generated, scored, computed } = ledger;
  assert.equal(computed, prompt - cached + generated + scored);
  assert.ok(cached >= 0 && cached <= prompt);
}

const CONTEXT = 24;
const token = fc.integer({ min: 97, max: 99 });
const prompt = fc.array(token, { minLength: 1, maxLength: 12 });
const generate = fc.record({
  kind: fc.constant('generate' as const),
  requests: fc.array(
    fc.record(
      {
        prompt,
        maxTokens: fc.integer({ min: 1, max: 9 }),
        sampling: fc.record({
          temperature: fc.constantFrom(0.7, 2),
          topP: fc.constantFrom(0.8, 1),
          seed: fc.nat(3),
        }),
        firstCandidates: fc.nat(3),
        hidden: fc.boolean(),
      },
      { requiredKeys: ['prompt', 'maxTokens'] },
    ),
    { maxLength: 5 },
  ),
});
const next = fc.record({
  kind: fc.constant('next' as const),
  requests: fc.array(
    fc
      .record({ prompt, from: fc.option(fc.nat(11), { nil: undefined }) })
      .map(({ prompt: ids, from }) => ({
        prompt: ids,
        tokens: [...vocabulary.digits],
        candidates: 2,
        ...(from !== undefined && { adaptFrom: from % ids.length }),
      })),
    { maxLength: 5 },
  ),
});
const score = fc.record({
  kind: fc.constant('score' as const),
  requests: fc.array(
    fc.record({ prompt, continuation: fc.array(token, { maxLength: 12 }), hidden: fc.boolean() }),
    { maxLength: 5 },
  ),
});
const calls = fc.array(fc.oneof(generate, next, score), { minLength: 1, maxLength: 6 });

describe('DecodingEngine', () => {
  it('gives every request what it would get alone, however crowded the arena, and counts every position', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.array(prompt, { maxLength: 2 }), async (all, prefixes) => {
        const { engine, pass } = engineOf(CONTEXT);
        await engine.open(prefixes.length === 2 ? prefixes.slice(0, 2) : [], NO_ADAPTERS);
        pass.positions = 0;
        let computed = 0;
        for (const call of all) {
          const results = await (call.kind === 'generate'
            ? engine.generate(call.requests)
            : call.kind === 'next'
              ? engine.next(call.requests)
              : engine.score(call.requests));
          for (const [i, result] of results.entries()) {
            assertLedger(result.ledger);
            computed += result.ledger.computed;
            const expected = await (call.kind === 'generate'
              ? alone((e) => e.generate([shortened(call.requests[i] as GenerateRequest)]))
              : call.kind === 'next'
                ? alone((e) => e.next(call.requests.slice(i, i + 1)))
                : alone((e) => e.score(call.requests.slice(i, i + 1))));
            assert.deepEqual(withoutLedger(result), withoutLedger(expected));
          }
        }
        assert.equal(computed, pass.positions);
      }),
      { numRuns: 300 },
    );
  });

  it('computes nothing twice while there is room', async () => {
    const { engine, pass } = engineOf(400);
    const shared = [97, 98, 99];
    await engine.open([shared], NO_ADAPTERS);
    assert.equal(pass.positions, 3);
    const [a, b, c] = await engine.next([
      { prompt: [...shared, 97, 97], tokens: [] },
      { prompt: [...shared, 97, 98], tokens: [] },
      { prompt: [...shared, 97, 97], tokens: [] },
    ]);
    // a pays for both its own positions; b shares the first of them; c asks for what a computed.
    assert.deepEqual(a?.ledger, { prompt: 5, cached: 3, generated: 0, scored: 0, computed: 2 });
    assert.deepEqual(b?.ledger, { prompt: 5, cached: 4, generated: 0, scored: 0, computed: 1 });
    assert.deepEqual(c?.ledger, { prompt: 5, cached: 5, generated: 0, scored: 0, computed: 0 });
    // Another call: only the last position, for its distribution.
    const [d] = await engine.next([{ prompt: [...shared, 97, 97], tokens: [] }]);
    assert.deepEqual(d?.ledger, { prompt: 5, cached: 4, generated: 0, scored: 0, computed: 1 });
    assert.equal(pass.positions, 3 + 3 + 1);
    // The same prefix in the next scope: copied, not computed.
    await engine.open([shared], NO_ADAPTERS);
    assert.equal(pass.positions, 7);
  });

  it('computes a prefix again after many others, to the same results', async () => {
    const { engine, pass } = engineOf(CONTEXT);
    const ask = { prompt: [97, 98, 99, 97], tokens: [...vocabulary.digits] };
    await engine.open([[97, 98, 99]], NO_ADAPTERS);
    const before = await engine.next([ask]);
    for (let i = 0; i < 5; i++) await engine.open([Array(20).fill(100 + i)], NO_ADAPTERS);
    const computed = pass.positions;
    await engine.open([[97, 98, 99]], NO_ADAPTERS);
    assert.equal(pass.positions, computed + 3);
    assert.deepEqual(await engine.next([ask]), before);
  });

  it('gives adapted positions back after every call', async () => {
    const { engine, pass } = engineOf(CONTEXT);
    await engine.open([], NO_ADAPTERS);
    const ask = { prompt: [97, 98, 99, 97, 98, 99, 97, 98], tokens: [], adaptFrom: 5 };
    await engine.next([ask]);
    for (let i = 0; i < 3; i++) {
      const [again] = await engine.next([ask]);
      assert.equal(again?.ledger.cached, 5);
      assert.equal(pass.lastStart, 5);
    }
  });

  it('puts shared prefixes back that a large request drove out', async () => {
    const { engine } = engineOf(CONTEXT);
    const prefix = Array<number>(12).fill(97);
    const ask = { prompt: [...prefix, 98], tokens: [...vocabulary.digits] };
    await engine.open([prefix], NO_ADAPTERS);
    const before = await engine.next([ask]);
    await engine.next([{ prompt: Array<number>(CONTEXT).fill(99), tokens: [] }]);
    assert.equal((await engine.next([ask]))[0]?.ledger.cached, 0);
    await engine.open([prefix], NO_ADAPTERS);
    assert.deepEqual(await engine.next([ask]), before);
  });

  it('cuts a text where the context ends', async () => {
    const { engine } = engineOf(6);
    await engine.open([], NO_ADAPTERS);
    const full = [97, 98, 99, 97, 98, 99];
    const stops = { sampling: { temperature: 1000, seed: 5 } };
    const [whole, almost] = await engine.generate([
      { prompt: full, maxTokens: 9, ...stops },
      { prompt: full.slice(0, 4), maxTokens: 9, ...stops },
    ]);
    assert.equal(whole?.tokens.length, 1);
    assert.equal(whole.finishReason, 'length');
    assert.equal(almost?.tokens.length, 3);
  });

  it('ends a text whose distribution is not finite, and that one alone', async () => {
    const [bad, good] = [98, 99];
    class BrokenPass extends CountingPass {
      override async run(batch: ForwardBatch): ReturnType<StandInForwardPass['run']> {
        const rows = await super.run(batch);
        return rows.map((row, i) => {
          const token = batch.tokens[batch.wanted[i] as number];
          return token === bad ? { ...row, logNormalizer: NaN } : row;
        });
      }
    }
    const pass = new BrokenPass(new StandInNetwork(vocabulary, 1), vocabulary.size, 41, 0);
    const engine = new DecodingEngine(pass, { contextLength: 40, endTokenIds });
    await engine.open([], NO_ADAPTERS);
    const requests = [bad, good].map((id) => ({ prompt: [97, id], maxTokens: 5 }));
    const [failed, whole] = await engine.generate(requests);
    assert.deepEqual([failed?.finishReason, failed?.tokens], ['failed', []]);
    const oracle = await alone((other) => other.generate(requests.slice(1)));
    assert.deepEqual(whole?.tokens, oracle.tokens);
  });
});

/** The oracle's context is longer: cut where the crowded engine's ends. */
function shortened(request: GenerateRequest): GenerateRequest {
  const most = CONTEXT - request.prompt.length + 1;
  return { ...request, maxTokens: Math.min(request.maxTokens, most) };
}
