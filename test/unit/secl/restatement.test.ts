import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRestatement, statement } from '../../../src/secl/restatement.ts';

const SAME = [
  ['Paris', 'paris.'],
  ['The Netherlands', 'Netherlands'],
  ['Paris', 'Paris, France'],
  ['São Paulo', 'Sao Paulo'],
  ['1,200', '1200'],
  ['Leonardo da Vinci', 'da Vinci'],
  ['an apple', 'apple'],
  ['135', 'The product of 15 and 9 is 135.'],
  ['\u22125', '-5'],
  ['?!', '?!'],
  ['μῆνιν', 'μηνιν'],
  ['مُحَمَّد', 'محمد'],
  ['कल', 'कल।'],
] as const;

const DIFFERENT = [
  ['Paris', 'London'],
  ['12', '120'],
  ['12', '12 apples'],
  ['Guinea', 'New Guineas'],
  ['yes', 'no'],
  ['', 'Paris'],
  ['3.5', '35'],
  ['Hepatitis A', 'Hepatitis B'],
  ['A', 'An'],
  ['\u22125', '5'],
  ['√2', '2'],
  ['<5', '>5'],
  ['?', '!'],
  // Marks that are letters of their own: yesterday and time, persimmon and key, chicken and trigger.
  ['कल', 'काल'],
  ['かき', 'かぎ'],
  ['ไก่', 'ไก'],
] as const;

for (const [a, b] of SAME)
  test(`"${a}" and "${b}" say the same`, () => {
    assert.ok(isRestatement(a, b) && isRestatement(b, a));
  });

for (const [a, b] of DIFFERENT)
  test(`"${a}" and "${b}" differ`, () => {
    assert.ok(!isRestatement(a, b) && !isRestatement(b, a));
  });

test('a statement is what is left without wording', () => {
  assert.equal(statement('  The  Eiffel-Tower! '), 'eiffel-tower');
});
