import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { PositionAccount } from '../../../src/decoding/position-account.ts';

/** Few ids and short prompts, so that prefixes meet. Past the first 20 ids stand those with a meaning of their own. */
const ids = fc.array(fc.integer({ min: 20, max: 22 }), { minLength: 1, maxLength: 5 });
const generate = fc.record({
  kind: fc.constant('generate' as const),
  requests: fc.array(
    fc.record({
      prompt: ids,
      maxTokens: fc.integer({ min: 1, max: 6 }),
      sampling: fc.record({ temperature: fc.constant(5), seed: fc.integer({ min: 0, max: 3 }) }),
    }),
    { maxLength: 4 },
  ),
});
const next = fc.record({
  kind: fc.constant('next' as const),
  requests: fc.array(
    fc
      .tuple(ids, fc.double({ min: 0, max: 0.99, noNaN: true }), fc.boolean())
      .map(([prompt, share, adapted]) => ({
        prompt,
        tokens: [],
        ...(adapted ? { adaptFrom: Math.floor(share * prompt.length) } : {}),
      })),
    { maxLength: 4 },
  ),
});
const score = fc.record({
  kind: fc.constant('score' as const),
  requests: fc.array(
    fc.record({
      prompt: ids,
      continuation: fc.array(fc.integer({ min: 20, max: 22 }), { maxLength: 4 }),
    }),
    {
      maxLength: 4,
    },
  ),
});

test('ledgers are those that an engine writes, whatever is asked in whatever order', async () => {
  const model = createStandInLanguageModel();
  await fc.assert(
    fc.asyncProperty(
      fc.array(ids, { maxLength: 2 }),
      fc.array(fc.oneof(generate, next, score), { maxLength: 5 }),
      async (prefixes, calls) => {
        const scope = await model.openScope(prefixes);
        const account = new PositionAccount(prefixes);
        try {
          for (const call of calls) {
            if (call.kind === 'generate') {
              const results = await scope.generate(call.requests);
              const ledgers = results.map(({ ledger }) => ledger);
              assert.deepEqual(account.generate(call.requests, results), ledgers);
            } else if (call.kind === 'next') {
              const ledgers = (await scope.next(call.requests)).map(({ ledger }) => ledger);
              assert.deepEqual(account.next(call.requests), ledgers);
            } else {
              const ledgers = (await scope.score(call.requests)).map(({ ledger }) => ledger);
              assert.deepEqual(account.score(call.requests), ledgers);
            }
          }
        } finally {
          await scope.close();
        }
      },
    ),
    { numRuns: 300 },
  );
  await model.close();
});
