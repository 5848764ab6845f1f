import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { extractAnswer } from '../../../src/text/extract-answer.ts';
import { matchAnswer } from '../../../src/streams/match-answer.ts';
import { matchShort, MAX_VERBOSE_WORDS } from '../../../src/streams/match-short.ts';

/** Answer, accepted answers, whether it is right. Written by hand, by what a person would say. */
type Case = readonly [answer: string, accepted: readonly string[], right: boolean];

const TABLES: Readonly<Record<string, readonly Case[]>> = {
  'wording set aside': [
    ['Paris', ['Paris'], true],
    ['paris', ['Paris'], true],
    ['  PARIS!!! ', ['Paris'], true],
    ['"Paris"', ['Paris'], true],
    ['The Beatles', ['Beatles'], true],
    ['Beatles', ['The Beatles'], true],
    ['an apple', ['apple'], true],
    ['São Tomé', ['Sao Tome'], true],
    ['Reykjavík', ['Reykjavik'], true],
    ['Malé', ['male'], true],
    ['Łódź', ['Lodz'], true],
    ['Straße', ['Strasse'], true],
    ['Porto Novo', ['Porto-Novo'], true],
    ['N’Djamena', ["N'Djamena"], true],
    ['NDjamena', ["N'Djamena"], true],
    ['St. John’s', ["Saint John's"], true],
    ['St Johns', ["St. John's"], true],
    ['Mt. Everest', ['Mount Everest'], true],
    ['U.S.A.', ['USA'], true],
    ['Washington DC', ['Washington, D.C.'], true],
    ['J.K. Rowling', ['J. K. Rowling'], true],
    ['JK Rowling', ['J. K. Rowling'], true],
    ['Simon & Garfunkel', ['Simon and Garfunkel'], true],
    ['Ｐａｒｉｓ', ['Paris'], true],
    ['C#', ['C++'], false],
    ['C', ['C++'], false],
    ['Vitamin A', ['Vitamin'], false],
    ['Vitamin A', ['Vitamin K'], false],
    ['London', ['Paris'], false],
    ['', ['Paris'], false],
    ['...', ['Paris'], false],
    ['', [''], false],
    ['?', ['!'], false],
    ['Paris', [], false],
    ['Paris', ['), '], false],
    ['北京', ['北京'], true],
    ['Москва', ['МОСКВА'], true],
  ],
  'numbers, units and dates': [
    ['7', ['seven'], true],
    ['Seven', ['7'], true],
    ['twenty-one', ['21'], true],
    ['twenty one', ['21'], true],
    ['one hundred and five', ['105'], true],
    ['two thousand three hundred', ['2,300'], true],
    ['1,234,567', ['1234567'], true],
    ['1.0', ['1'], true],
    ['3.50', ['3.5'], true],
    ['.5', ['0.5'], true],
    ['1/2', ['0.5'], true],
    ['½', ['0.5'], true],
    ['1/3', ['0.3333'], false],
    ['2½', ['2.5'], true],
    ['2.5', ['2 1/2'], true],
    ['5/2', ['2½'], true],
    ['2½ miles', ['2.5 miles'], true],
    ['-2½', ['-2.5'], true],
    ['9¾', ['9'], false],
    ['2 5/2', ['4.5'], false],
    ['1,00,000', ['100000'], true],
    ['3 × 10⁻⁴', ['0.0003'], true],
    ['0.0003', ['3 × 10^-4'], true],
    ['3 × 10⁸', ['300,000,000'], true],
    ['3 × 10⁸', ['3'], false],
    ['$1.5 million', ['1,500,000'], true],
    ['1.5 million dollars', ['$1,500,000'], true],
    ['5 million', ['5'], false],
    ['5', ['5 million'], false],
    ['15%', ['15 percent'], true],
    ['15', ['15%'], true],
    ['$18', ['18'], true],
    ['$18', ['€18'], false],
    ['5 km', ['5 kilometres'], true],
    ['5km', ['5 kilometers'], true],
    ['5 miles', ['5 km'], false],
    ['100 °C', ['100 degrees Celsius'], true],
    ['-5', ['5'], false],
    ['−5', ['-5'], true],
    ['minus five', ['5'], false],
    ['007', ['7'], false],
    ['10^8', ['10⁸'], true],
    ['108', ['10⁸'], false],
    ['H2O', ['H₂O'], true],
    ['12', ['1 2'], false],
    ['21st', ['twenty-first'], true],
    ['21', ['21st'], false],
    ['nineteen eighty-four', ['1984'], true],
    ['March 14, 1972', ['14 March 1972'], true],
    ['14th of March, 1972', ['March 14, 1972'], true],
    ['1972-03-14', ['14 March 1972'], true],
    ['Mar 14 1972', ['14 March 1972'], true],
    ['15 March 1972', ['14 March 1972'], false],
    ['14 December 1972', ['December 1972'], true],
    ['October 1973', ['1973'], true],
    ['12\u00a0April\u00a01979', ['April 12, 1979'], true],
    ['1973', ['October 1973'], false],
    ['1972 and 1973', ['1973'], false],
    ['1914-1918', ['1918'], false],
    ['1973 or October 1973', ['1973', 'October 1973'], true],
  ],
  'accepted answers within sentences': [
    ['The capital of France is Paris', ['Paris'], true],
    ['It is Paris', ['Paris'], true],
    ["It's Paris", ['Paris'], true],
    ['Paris is the capital of France', ['Paris'], true],
    ['Paris, France', ['Paris'], true],
    ['Paris, the capital and largest city of France', ['Paris'], true],
    ['Paris (France)', ['Paris'], true],
    ['In Paris', ['Paris'], true],
    ['the city of Paris', ['Paris'], true],
    ['The capital and largest city of France is Paris', ['Paris'], true],
    ['Answer: Paris', ['Paris'], true],
    ['I think Paris', ['Paris'], true],
    ['Paris is the capital of France', ['France'], true],
    ['President Herbert Hoover', ['Herbert Hoover'], true],
    ['It was written by Charles Dickens', ['Charles Dickens'], true],
    ['There are 12 seasons', ['12'], true],
    ['The show has 12 seasons', ['12'], true],
    ['It is R. H. Thomson', ['R. H. Thomson'], true],
    ['The inventor was W. Edwards Deming', ['W. Edwards Deming'], true],
    ['14.0.7182.5000', ['14'], false],
    ['The number of seasons is 12', ['12'], true],
    ['12 seasons', ['12'], true],
    ['20 minutes is equal to 1200 seconds', ['1200'], true],
    ['20 minutes is equal to 1200 seconds', ['20'], false],
    ['about 12', ['12'], true],
    ['5 + 7 = 12', ['12'], true],
    ['The chemical symbol for iodine is I', ['I'], true],
    ['The chemical symbol of gold is Au', ['Au'], true],
    ['Yes, it was a leap year', ['yes'], true],
    ['No, 1900 was not a leap year', ['no'], true],
    ['No. 1900 was not a leap year', ['no'], true],
    ['Chanel No. 5', ['Chanel No 5'], true],
    ['Yes', ['no'], false],
    ['No, it was not', ['yes'], false],
    ['Not Lyon but Paris', ['Paris'], true],
    ['Paris, not Lyon', ['Paris'], true],
    ['No, Paris', ['Paris'], true],
    ['On 20 July 1969', ['20 July 1969', 'July 1969'], true],
  ],
  'denials, hedges and longer names': [
    ['not Paris', ['Paris'], false],
    ['It is not Paris', ['Paris'], false],
    ["It isn't Paris", ['Paris'], false],
    ['Paris is wrong', ['Paris'], false],
    ['Paris is not the capital of France', ['Paris'], false],
    ['Anything except Paris', ['Paris'], false],
    ['Paris or London', ['Paris'], false],
    ['London or Paris', ['Paris'], false],
    ['either Paris or London', ['Paris'], false],
    ['Paris/London', ['Paris'], false],
    ['Paris and London', ['Paris'], false],
    ['London, Paris', ['Paris'], false],
    ['London, Paris, Rome', ['Paris'], false],
    ['Paris, London, Rome', ['Paris'], false],
    ['Paris, London and Rome', ['Paris'], false],
    ['Lyon, not Paris', ['Paris'], false],
    ['The capital of France is Lyon', ['France'], false],
    ['The capital of Mexico is Guadalajara', ['Mexico City', 'Mexico'], false],
    ['Paris Hilton', ['Paris'], false],
    ['New York', ['York'], false],
    ['George Washington Carver', ['George Washington'], false],
    ['Guinea-Bissau', ['Guinea'], false],
    ['Equatorial Guinea', ['Guinea'], false],
    ['Papua New Guinea', ['Guinea'], false],
    ['South Sudan', ['Sudan'], false],
    ['Nigeria', ['Niger'], false],
    ['Gulf of Mexico', ['Mexico'], false],
    ['University of Oxford', ['Oxford'], false],
    ['more than 12', ['12'], false],
    ['less than 12', ['12'], false],
    ['10 to 12', ['12'], false],
    ['5 out of 7', ['5'], false],
    ['I am not sure, but I think Paris', ['Paris'], true],
    ['I do not know', ['yes'], false],
    ['The symbol is Iron', ['I'], false],
    ['I think so', ['I'], false],
    ['Paris is in Texas', ['Paris'], true],
    [`${'word '.repeat(MAX_VERBOSE_WORDS - 2)}is Paris`, ['Paris'], true],
    [`${'word '.repeat(MAX_VERBOSE_WORDS - 1)}is Paris`, ['Paris'], false],
  ],
  'lists whose every item is accepted': [
    ['Bobby Scott and Bob Russell', ['Bobby Scott', 'Bob Russell'], true],
    ['Bobby Scott, Bob Russell', ['Bobby Scott', 'Bob Russell'], true],
    ['Bobby Scott and Neil Diamond', ['Bobby Scott', 'Bob Russell'], false],
    ['The writers were Bobby Scott and Bob Russell', ['Bobby Scott', 'Bob Russell'], true],
  ],
};

describe('matchShort', () => {
  for (const [name, cases] of Object.entries(TABLES)) {
    describe(name, () => {
      for (const [answer, accepted, right] of cases)
        it(`${JSON.stringify(answer)} ${right ? 'is' : 'is not'} ${JSON.stringify(accepted)}`, () => {
          assert.equal(matchShort(answer, accepted), right);
        });
    });
  }

  const words = fc.array(
    fc.constantFrom('paris', 'new', 'york', 'seven', '12', '1,200', 'o’neill', 'são', 'st', 'a'),
    { minLength: 1, maxLength: 5 },
  );

  it('accepts every accepted answer itself, whatever its case and the punctuation around it', () => {
    fc.assert(
      fc.property(words, fc.constantFrom('', '.', '!', '  '), (parts, mark) => {
        const text = parts.join(' ');
        for (const answer of [text, text.toUpperCase(), `${text}${mark}`, `"${text}${mark}"`])
          assert.equal(matchShort(answer, [text]), true, answer);
      }),
    );
  });

  it('gives the same verdict for an answer in capitals', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [answer, accepted] = [a.join(' '), b.join(' ')];
        const verdict = matchShort(answer, [accepted]);
        assert.equal(matchShort(answer.toUpperCase(), [accepted]), verdict);
        assert.equal(matchShort(answer, [accepted.toUpperCase()]), verdict);
      }),
    );
  });

  it('never loses a right answer when more are accepted', () => {
    fc.assert(
      fc.property(words, words, words, (a, b, c) => {
        const [answer, first, second] = [a.join(' '), b.join(' '), c.join(' ')];
        if (matchShort(answer, [first])) assert.equal(matchShort(answer, [first, second]), true);
      }),
    );
  });

  it('is total: any two texts give a verdict', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        assert.equal(typeof matchShort(a, [b]), 'boolean');
      }),
    );
  });
});

describe('matchAnswer', () => {
  const REASONING: readonly Case[] = [
    ['18', ['18'], true],
    ['18.0', ['18'], true],
    ['$18', ['18'], true],
    ['1200', ['1,200'], true],
    ['1,200', ['1200'], true],
    ['18 dollars', ['18'], true],
    ['42%', ['42'], true],
    ['1/2', ['0.5'], true],
    ['2/3', ['0.6666666667'], true],
    ['-10', ['-10'], true],
    ['-10', ['10'], false],
    ['18', ['19'], false],
    ['18 apples', ['18'], true],
    ['Monday', ['Monday'], true],
    ['Monday', ['18'], false],
    ['1e400', ['18'], false],
  ];
  for (const [answer, accepted, right] of REASONING)
    it(`reasoning: ${JSON.stringify(answer)} ${right ? 'is' : 'is not'} ${JSON.stringify(accepted)}`, () => {
      assert.equal(matchAnswer('reasoning', answer, accepted), right);
    });

  it('compares labels of choices, case aside, and nothing else of them', () => {
    assert.equal(matchAnswer('choice', 'b', ['B']), true);
    assert.equal(matchAnswer('choice', ' B ', ['B']), true);
    assert.equal(matchAnswer('choice', 'A', ['B']), false);
    assert.equal(matchAnswer('choice', 'AB', ['B']), false);
    assert.equal(matchAnswer('choice', 'The answer is B', ['B']), false);
  });

  it('counts an answer that could not be extracted as wrong', () => {
    for (const style of ['short', 'choice', 'reasoning'] as const)
      assert.equal(matchAnswer(style, null, ['B']), false);
  });

  it('is right about what extractAnswer takes from a stated final number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.constantFrom('#### ', 'The answer is ', 'So 3 + 4 = 7.\nFinal answer: ', '\\boxed{'),
        (value, lead) => {
          const close = lead.endsWith('{') ? '}' : '';
          const written = `${lead}${value.toLocaleString('en-US')}${close}`;
          const { extracted } = extractAnswer('reasoning', written, []);
          assert.equal(matchAnswer('reasoning', extracted, [String(value)]), true, written);
          assert.equal(matchAnswer('reasoning', extracted, [String(value + 1)]), false, written);
        },
      ),
    );
  });
});
