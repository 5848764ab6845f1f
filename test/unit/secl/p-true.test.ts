import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pTrue, trueFalseTokens } from '../../../src/secl/p-true.ts';
import type { Tokenizer } from '../../../src/ports/tokenizer.ts';

/** uqlm's reference values, `tests/test_p_true.py`: P(True) from one log probability alone is its complement rule. */
test('exp of a log probability, as uqlm has it', () => {
  // True at −0.1 against everything else as False: 0.9048374180.
  const forTrue = pTrue([-0.1], [Math.log1p(-Math.exp(-0.1))]);
  assert.ok(Math.abs((forTrue?.pTrue ?? 0) - 0.904837418) < 1e-9);
  // False at −2.0 against everything else as True: 0.8646647168.
  const forFalse = pTrue([Math.log1p(-Math.exp(-2))], [-2]);
  assert.ok(Math.abs((forFalse?.pTrue ?? 0) - 0.8646647168) < 1e-9);
});

test('spellings are summed and what lies outside is told', () => {
  const result = pTrue([Math.log(0.2), Math.log(0.1)], [Math.log(0.1)]);
  assert.ok(result !== null);
  assert.ok(Math.abs(result.pTrue - 0.75) < 1e-12);
  assert.ok(Math.abs(result.trueMass - 0.3) < 1e-12);
  assert.ok(Math.abs(result.falseMass - 0.1) < 1e-12);
  assert.ok(Math.abs(result.outsideMass - 0.6) < 1e-12);
});

test('without any mass there is no P(True)', () => {
  assert.equal(pTrue([-Infinity], [-Infinity]), null);
  assert.equal(pTrue([NaN], [-1]), null);
});

test('only spellings that are one token count, each once', () => {
  const single = new Map([
    ['True', 1],
    [' True', 2],
    ['true', 3],
    ['False', 4],
    [' false', 5],
  ]);
  const tokenizer = {
    encode: (text: string) => (single.has(text) ? [single.get(text) as number] : [9, 9]),
  } as unknown as Tokenizer;
  assert.deepEqual(trueFalseTokens(tokenizer), { trueIds: [1, 2, 3], falseIds: [4, 5] });
  const mute = { encode: () => [1, 2] } as unknown as Tokenizer;
  assert.throws(() => trueFalseTokens(mute), { code: 'PRECONDITION' });
});
