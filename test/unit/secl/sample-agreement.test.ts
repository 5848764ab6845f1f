import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleAgreement } from '../../../src/secl/sample-agreement.ts';
import { ledgerOf, scriptedScope, tracesOf } from '../../support/scripted-scope.ts';
import { scoringOptions, tokenizer, written } from '../../support/secl-fixture.ts';

const options = { ...scoringOptions(), seed: 1 };

describe('sampleAgreement', () => {
  it('counts the samples that say the same', async () => {
    const texts = ['Lima', 'lima.', 'Lima, Peru', 'Oslo', ''];
    const scope = scriptedScope({
      generate: (_, at) => ({
        text: texts[at] ?? '',
        tokens: tracesOf([]),
        ledger: ledgerOf(at + 1),
      }),
    });
    const [agreement] = await sampleAgreement(scope, tokenizer, [written('Lima')], options);
    // Three of five, by whoever reads them; 1 + 2 + 3 + 4 + 5 positions.
    assert.deepEqual(agreement, { value: 3 / 5, computed: 15 });
    const requests = scope.generated[0] ?? [];
    assert.equal(requests.length, 5);
    for (const { sampling } of requests) {
      assert.equal(sampling?.temperature, 1);
      assert.equal(sampling.topP, 0.95);
    }
    assert.equal(new Set(requests.map(({ sampling }) => sampling?.seed)).size, 5);
  });

  it('samples alike whatever the company, and otherwise under another seed', async () => {
    const seedsOf = async (count: number, seed: number): Promise<(number | undefined)[]> => {
      const scope = scriptedScope({ generate: () => ({ text: 'Lima', tokens: tracesOf([]) }) });
      const answers = Array.from({ length: count }, () => written('Lima'));
      await sampleAgreement(scope, tokenizer, answers, { ...options, seed });
      return (scope.generated[0] ?? []).slice(-5).map(({ sampling }) => sampling?.seed);
    };
    assert.deepEqual(await seedsOf(1, 1), await seedsOf(3, 1));
    assert.notDeepEqual(await seedsOf(1, 1), await seedsOf(1, 2));
  });

  it('asks nothing of an answer that says nothing', async () => {
    const scope = scriptedScope({ generate: () => ({ text: 'Lima', tokens: tracesOf([]) }) });
    const answers = [{ ...written(''), extracted: null }, written('Lima')];
    const [empty, said] = await sampleAgreement(scope, tokenizer, answers, options);
    assert.deepEqual(empty, { value: null, computed: 0 });
    assert.equal(said?.value, 1);
    assert.equal(scope.generated[0]?.length, 5);
  });

  it('is cancelled as a whole', async () => {
    const scope = scriptedScope({
      generate: (_, at) => ({
        text: '',
        tokens: [],
        finishReason: at === 3 ? 'cancelled' : 'stop',
      }),
    });
    await assert.rejects(sampleAgreement(scope, tokenizer, [written('Lima')], options), {
      code: 'CANCELLED',
    });
  });
});
