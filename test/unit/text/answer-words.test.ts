import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { answerWords, normalizeAnswer } from '../../../src/text/answer-words.ts';
import { canonicalDecimal, shiftDecimal } from '../../../src/text/decimal.ts';
import { foldCharacters } from '../../../src/text/fold-characters.ts';
import { readNumberWords } from '../../../src/text/number-words.ts';

describe('normalizeAnswer', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['The capital of France is Paris.', 'capital of france is paris'],
    ['Vitamin A', 'vitamin a'],
    ['a', 'a'],
    ['The The', 'the'],
    ['U.S.A.', 'usa'],
    ['Washington, D.C', 'washington dc'],
    ['version 14.0.7182.5000', 'version 14.0.7182.5000'],
    ["St. John's", 'saint johns'],
    ['Main St.', 'main st'],
    ['$1.5 million', '1500000 dollar'],
    ['US$18', '18 dollar'],
    ['1,234.50', '1234.5'],
    ['1,23', '1 23'],
    ['10-5', '10 5'],
    ['(-5)', '-5'],
    ['-0.0', '0'],
    ['2½', '2 1/2'],
    ['1,00,000', '100000'],
    ['3 × 10⁻⁴', '3 10^-4'],
    ['m²', 'm^2'],
    ['H₂O', 'h2o'],
    ['14th of March, 1972', '14 march 1972'],
    ['1972-13-14', '1972 13 14'],
    ['March', 'march'],
    ['mar 5', '5 march'],
    ['marching 5', 'marching 5'],
    ['nineteen eighty-four', '1984'],
    ['twenty twenty', '2020'],
    ['one hundred and', '100 and'],
    ['five six', '5 6'],
    ['100 degrees Celsius', '100 celsius'],
    ['5 lbs', '5 pound'],
    ['lbs', 'lbs'],
    ['C++ & C#', 'c++ and c#'],
    ['\u{1F600}', ''],
    // Marks that nobody sees: a soft hyphen, a word joiner, directions around Arabic.
    ['It is Pa\u00adris', 'it is paris'],
    ['1\u20602 \u200fabc\u200f', '12 abc'],
    ['\u0663\u066b\u0661\u0664', '3.14'],
    ['\u0967\u0968 km', '12 kilometer'],
  ];
  for (const [text, normal] of CASES)
    it(`${JSON.stringify(text)} → ${JSON.stringify(normal)}`, () => {
      assert.equal(normalizeAnswer(text), normal);
    });

  const VOCABULARY = [
    ...['a', 'an', 'the', 'of', 'and', 'st', 'mt', 'one', 'two', 'twenty', 'nineteen', 'ninety'],
    ...['hundred', 'thousand', 'million', 'first', 'second', 'zero', 'may', 'april', 'dec', 'jan'],
    ...['5', '12', '12th', '1972', '1,200', '.5', '-5', '1/2', '10^8', '2nd', '007', '3.50'],
    ...['$', '€5', '%', '&', '°C', '°', 'km', '5km', 'degrees', 'celsius', 'dollars', 'paris'],
    ...[',', '.', '/', '-', ':', '(', ')', "'", 'é', 'ß', '²', '½', 'U.S.', 'o’neill', '1990s'],
  ];
  const phrases = fc
    .array(fc.tuple(fc.constantFrom(...VOCABULARY), fc.constantFrom(' ', '', '\n')), {
      maxLength: 8,
    })
    .map((parts) => parts.flat().join(''));

  it('is idempotent on phrases made of what its rules react to', () => {
    fc.assert(
      fc.property(phrases, (text) => {
        const once = normalizeAnswer(text);
        assert.equal(normalizeAnswer(once), once);
      }),
      { numRuns: 3000 },
    );
  });

  it('is idempotent on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const once = normalizeAnswer(text);
        assert.equal(normalizeAnswer(once), once);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives words without white space, and only words', () => {
    fc.assert(
      fc.property(phrases, (text) => {
        for (const word of answerWords(text)) assert.match(word.text, /^\S+$/);
      }),
    );
  });
});

describe('foldCharacters', () => {
  it('is idempotent and does not depend on case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const once = foldCharacters(text);
        assert.equal(foldCharacters(once), once);
      }),
      { numRuns: 2000 },
    );
    assert.equal(foldCharacters('ÀÉÎÕÜ ŁÓDŹ ΣΊΣΥΦΟΣ'), foldCharacters('àéîõü łódź σίσυφος'));
  });
});

describe('readNumberWords', () => {
  const SMALL =
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
      ' ',
    );
  const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
  /** Spells a number by the rules of English, independently of the reader. */
  const spell = (n: number): string => {
    if (n < 20) return SMALL[n] ?? '';
    if (n < 100)
      return `${TENS[Math.floor(n / 10) - 2] ?? ''}${n % 10 === 0 ? '' : ` ${spell(n % 10)}`}`;
    for (const [size, name] of [
      [1e12, 'trillion'],
      [1e9, 'billion'],
      [1e6, 'million'],
      [1000, 'thousand'],
      [100, 'hundred'],
    ] as const) {
      if (n < size) continue;
      const rest = n % size;
      const joint = rest > 0 && rest < 100 ? ' and ' : ' ';
      return `${spell(Math.floor(n / size))} ${name}${rest === 0 ? '' : joint + spell(rest)}`;
    }
    return '';
  };

  it('reads every number that English can spell, below a thousand trillion', () => {
    const numbers = fc.oneof(
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 999_999_999_999_999 }),
    );
    fc.assert(
      fc.property(numbers, (n) => {
        const words = spell(n).split(' ');
        assert.deepEqual(readNumberWords(words, 0), { text: String(n), length: words.length });
      }),
      { numRuns: 2000 },
    );
  });

  it('reads no number where there is none', () => {
    for (const word of ['paris', 'hundred', 'and', '5', ''])
      assert.equal(readNumberWords([word], 0), null);
  });
});

describe('decimals', () => {
  it('shift exactly: no binary rounding', () => {
    assert.equal(shiftDecimal('1.15', 2), '115'); // 1.15 * 100 is 114.99999999999999 in doubles
    assert.equal(shiftDecimal('0.5', 6), '500000');
    assert.equal(shiftDecimal('-1.2345', 3), '-1234.5');
    assert.equal(shiftDecimal('3', -4), '0.0003');
    assert.equal(shiftDecimal('-12.5', -1), '-1.25');
    assert.equal(shiftDecimal('1200', -2), '12');
    assert.equal(canonicalDecimal("1'234.500"), '1234.5');
    assert.equal(canonicalDecimal('+5.0'), '5');
  });
});
