import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { extractAnswer } from '../../../src/text/extract-answer.ts';

const CHOICES = ['bank', 'library', 'department store', 'mall', 'new york'].map((text, i) => ({
  label: 'ABCDE'.charAt(i),
  text,
}));

const SHORT: readonly (readonly [string, string | null])[] = [
  ['Paris', 'Paris'],
  ['Paris.', 'Paris'],
  ['The answer is Paris.', 'Paris'],
  ['The correct answer is: Paris', 'Paris'],
  ['Answer: "Paris"', 'Paris'],
  ['**Paris**', 'Paris'],
  ['**Paris**.', 'Paris'],
  ['`print(1)`', 'print(1)'],
  ['- Paris', 'Paris'],
  ['# Paris', 'Paris'],
  ['Paris. It is the capital of France.', 'Paris'],
  ['Paris! What a city.', 'Paris'],
  ['\n\n Paris\nLondon', 'Paris'],
  ['Answer:\nParis', 'Paris'],
  ['Washington, D.C.', 'Washington, D.C.'],
  ['J. K. Rowling', 'J. K. Rowling'],
  ['J. K. Rowling wrote it. In 1997.', 'J. K. Rowling wrote it'],
  ["St. John's", "St. John's"],
  ['Mt. Everest', 'Mt. Everest'],
  ['No. It is not.', 'No'],
  ['No. 1900 was not a leap year.', 'No'],
  ['Chanel No. 5', 'Chanel No. 5'],
  ['Rev. Jesse Jackson', 'Rev. Jesse Jackson'],
  ['"Mrs. McGrath" is the song. It', '"Mrs. McGrath" is the song'],
  ['3.14', '3.14'],
  ['H2O', 'H2O'],
  ['<think>Lyon?</think>Paris', 'Paris'],
  ['<think>cut off in the middle', null],
  ['', null],
  ['  \n ', null],
  ['***', null],
  ['I do not know.', 'I do not know'],
];

const CHOICE: readonly (readonly [string, string | null, boolean?])[] = [
  ['B', 'B'],
  ['b', 'B'],
  ['b.', 'B'],
  ['(B)', 'B'],
  ['[B]', 'B'],
  ['**B**', 'B'],
  ['B:', 'B'],
  ['B) library', 'B'],
  ['B. library', 'B'],
  ['**B.** library', 'B'],
  ['D - mall', 'D'],
  ["D: it's a mall", 'D'],
  ['B. mall', null, true],
  ['B\nExplanation: the mall is loud', 'B'],
  ['B. Because a library has books and A bank does not', 'B'],
  ['mall', 'D'],
  ['The mall', 'D'],
  ['New York.', 'E'],
  ['A bank', 'A'],
  ['A mall', 'D'],
  ['a', 'A'],
  ['The answer is B', 'B'],
  ['The answer is: (B)', 'B'],
  ['The correct answer is (D) mall.', 'D'],
  ['The answer is option C.', 'C'],
  ['Option C', 'C'],
  ['I choose C because it sells all', 'C'],
  ['Answer: department store', 'C'],
  ['I think a mall', 'D'],
  ['A is wrong, so the answer is B', 'B'],
  ['It is the mall, not the library', 'D'],
  ['The answer is not B', null],
  ['A and B', null, true],
  ['A or D', null, true],
  ['A, B', null, true],
  ['A, B and C', null, true],
  ['the mall or the library', null, true],
  ['(A) or (B)', null, true],
  ['F', null],
  ['None of them', null],
  ['hospital', null],
  ['', null],
  ['smaller malls', null],
];

const REASONING: readonly (readonly [string, string | null, boolean?])[] = [
  ['3 + 4 = 7\n#### 7', '7'],
  ['#### 1,200', '1200'],
  ['#### $1,200.50', '1200.5'],
  ['\\boxed{42}', '42'],
  ['Thus $\\boxed{\\frac{1}{2}}$.', '1/2'],
  ['$\\boxed{1{,}200}$', '1200'],
  ['\\boxed{18\\text{ dollars}}', '18'],
  ['So 5+3=8. The answer is 8.', '8'],
  ['The answer is 5 + 3 = 8', '8'],
  ['The final answer is: **12**', '12'],
  ['**Answer:** 12', '12'],
  ['The answer is $18 per day for 2 ducks.', '18'],
  ['The answer is 12. That is 3 times 4.', '12'],
  ['the answer to the question is 7', '7'],
  ['The answer is 2/3.', '2/3'],
  ['The answer is -10.', '-10'],
  ['The answer is -$10', '-10'],
  ['The answer is −10', '-10'],
  ['Answer: 42%', '42'],
  ['The answer is Monday.', 'Monday'],
  ['The answer is 5.\nWait. The answer is 6.', '6'],
  ['The answer is 5 or 6', null, true],
  ['He has 3, then 4', '4'],
  ['10-5 = 5 apples', '5'],
  ['from 10-5', '5'],
  ['Total 3.50', '3.5'],
  // Groups of a thousand as LaTeX and typographers set them; the first group alone was taken.
  ['\\boxed{1\\,000}', '1000'],
  ['\\boxed{1,\\!000\\,000}', '1000000'],
  ['#### 1\u00a0000', '1000'],
  ['#### 1\u202f000.5', '1000.5'],
  // Of these the number before the scale or the power was taken.
  ['#### 1.5 million', '1500000'],
  ['It cost 2 thousand', '2000'],
  ['The answer is 1.5e6.', '1500000'],
  ['The answer is 3 \\times 10^8', '300000000'],
  ['The answer is 3 × 10^{8}', '300000000'],
  ['2 millionaires', '2'],
  // Groups as India and Switzerland write them; the first group alone was taken, or the last.
  ['#### 1,00,000', '100000'],
  ['It cost 1,00,00,000 rupees', '10000000'],
  ['#### 12,34,567.50', '1234567.5'],
  ["#### 1'000'000", '1000000'],
  ['#### 1’000', '1000'],
  ['#### 1,2,345', '1'],
  // Whole numbers with a fraction; the fraction was left out, and LaTeX made 21/2 of 2½.
  ['#### 2½ cups', '2 1/2'],
  ['#### 2 1/2 cups', '2 1/2'],
  ['#### -2 1/2', '-2 1/2'],
  ['\\boxed{2\\frac{1}{2}}', '2 1/2'],
  ['#### ¾', '3/4'],
  ['Out of 5 10/2 is', '10/2'],
  // Negative powers, superscripts, and ten to a power alone.
  ['#### 3 × 10^-4', '0.0003'],
  ['The answer is -3 \\times 10^{-4}', '-0.0003'],
  ['#### 1.5 × 10⁻²', '0.015'],
  ['#### 3 × 10⁸', '300000000'],
  ['#### 3 x 10^8', '300000000'],
  ['#### 1.5e-3', '0.0015'],
  ['#### 10^6', '1000000'],
  ['The answer is 5 m²', '5'],
  ['He has 2^3', '3'],
  // Scripts that set no spaces: the number begins where the letters end.
  ['答案是42。', '42'],
  ['答えは1,200円です', '1200'],
  ['x2', null],
  // A time, a date and a ratio are no single number; their first part was taken.
  ['#### 10:30', '10:30'],
  ['The answer is 05/01/2021.', '05/01/2021'],
  ['#### 2021-05-01', '2021-05-01'],
  // Digits of other scripts.
  ['x ٤٢', '42'],
  ['x ３５', '35'],
  ['no number', null],
  ['', null],
  ['The answer is', null],
];

const check = (
  style: 'short' | 'choice' | 'reasoning',
  cases: readonly (readonly [string, string | null, boolean?])[],
): void => {
  for (const [text, extracted, ambiguous = false] of cases)
    it(`${style}: ${JSON.stringify(text)} → ${JSON.stringify(extracted)}`, () => {
      const found = extractAnswer(style, text, style === 'choice' ? CHOICES : []);
      assert.deepEqual(found, { extracted, ambiguous });
    });
};

describe('extractAnswer', () => {
  check('short', SHORT);
  check('choice', CHOICE);
  check('reasoning', REASONING);

  it('reads labels that are digits, and prefers a label to an equal text', () => {
    const numbers = ['4', '2', '7'].map((text, i) => ({ label: String(i + 1), text }));
    assert.equal(extractAnswer('choice', '2', numbers).extracted, '2');
    assert.equal(extractAnswer('choice', '7', numbers).extracted, '3');
  });

  it('takes labels for what they are without the marks that set them off', () => {
    // A question set that lists "(b)" or "B." got no answer from a model that said "b".
    for (const form of ['%.', '(%)', '%)', '[%]', '%:']) {
      const marked = CHOICES.map(({ label, text }) => ({ label: form.replace('%', label), text }));
      const expected = form.replace('%', 'B');
      for (const said of ['B', expected, 'The answer is B.', '**B**', 'b', `${expected} library`]) {
        assert.equal(extractAnswer('choice', said, marked).extracted, expected, `${form} ${said}`);
      }
    }
    const alike = ['A', 'A.', '?'].map((label, i) => ({ label, text: 'xyz'.charAt(i) }));
    assert.equal(extractAnswer('choice', 'A', alike).extracted, 'A');
  });

  it('calls two choices of one text ambiguous', () => {
    const twins = [
      { label: 'A', text: 'mall' },
      { label: 'B', text: 'Mall' },
    ];
    assert.deepEqual(extractAnswer('choice', 'mall', twins), { extracted: null, ambiguous: true });
    assert.equal(extractAnswer('choice', 'A. mall', twins).extracted, 'A');
  });

  it('finds choices that look like labels or denials', () => {
    const odd = ['not hungry', 'B. B. King', 'Washington D.C', 'a'].map((text, i) => ({
      label: 'ABCD'.charAt(i),
      text,
    }));
    assert.equal(extractAnswer('choice', 'The answer is not hungry.', odd).extracted, 'A');
    assert.equal(extractAnswer('choice', 'B. B. King', odd).extracted, 'B');
    assert.equal(extractAnswer('choice', 'The answer is Washington D.C.', odd).extracted, 'C');
  });

  it('finds every label, however it is written', () => {
    const wrap = fc.constantFrom(
      '%',
      '%.',
      '(%)',
      '**%**',
      'The answer is %.',
      'Answer: %',
      'Option %',
    );
    fc.assert(
      fc.property(fc.constantFrom(...CHOICES), wrap, (choice, form) => {
        const text = form.replace('%', choice.label);
        assert.equal(extractAnswer('choice', text, CHOICES).extracted, choice.label, text);
      }),
    );
  });

  it('is total, and gives a label or nothing for choices', () => {
    const labels = new Set(CHOICES.map((choice) => choice.label));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const { extracted, ambiguous } = extractAnswer('choice', text, CHOICES);
        assert.ok(extracted === null || labels.has(extracted));
        assert.ok(!ambiguous || extracted === null);
        extractAnswer('short', text, []);
        extractAnswer('reasoning', text, []);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time linear in the text, also on text made to be slow', () => {
    const units = [
      'a ',
      '(',
      '*',
      '1-',
      '1,',
      '1,00,',
      '#',
      'answer is ',
      '\\boxed{',
      '"',
      '. A',
      '\n',
    ];
    const texts: readonly (readonly [string, string])[] = [
      ...units.map((unit): [string, string] => [unit, unit.repeat(20_000)]),
      // A run that the end of the text does not end, and others that took time squared.
      ['Mr. X', 'Mr. X '.repeat(20_000)],
      ['!b', `a${'!'.repeat(60_000)}b`],
      ['spaces b', `x${' '.repeat(60_000)}b`],
      ['#### 1', `#### ${'1'.repeat(60_000)}`],
      ['million', `1 ${'million '.repeat(20_000)}`],
    ];
    for (const [unit, text] of texts) {
      const began = process.cpuUsage();
      for (const style of ['short', 'choice', 'reasoning'] as const)
        extractAnswer(style, text, CHOICES);
      const ms = process.cpuUsage(began).user / 1000;
      // Quadratic work on 20,000 units takes many seconds, whatever else the machine does.
      assert.ok(ms < 3000, `${JSON.stringify(unit)} took ${ms} ms`);
    }
  });
});
