import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QUESTION_FAMILIES, type FamilyQuestion } from '../../../bench/question-families.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';
import { matchAnswer } from '../../../src/streams/match-answer.ts';

/** Questions drawn of the families that have so many. */
const MANY = 60_000;

/** Many questions of a family, by text. */
function drawn(family: string, count = 4000): ReadonlyMap<string, FamilyQuestion> {
  const random = seededRandom(1).fork(family);
  const make = QUESTION_FAMILIES[family];
  assert.ok(make !== undefined);
  const all = Array.from({ length: count }, () => make(random));
  return new Map(all.map((made) => [made.question, made]));
}

/** What one of many drawn questions accepts. */
function accepted(
  questions: ReadonlyMap<string, FamilyQuestion>,
  question: string,
): readonly string[] {
  const made = questions.get(question);
  assert.ok(made !== undefined, `none of the drawn questions is ${question}`);
  return made.accepted;
}

describe('QUESTION_FAMILIES', () => {
  it('knows the letters of words', () => {
    const letters = drawn('letters');
    assert.deepEqual(accepted(letters, 'How many letters are in the word "kitchen"?'), ['7']);
    assert.deepEqual(accepted(letters, 'Spell the word "oyster" backwards.'), ['retsyo']);
    assert.deepEqual(
      accepted(letters, 'How often does the letter "t" occur in the word "kettle"?'),
      ['2', 'twice'],
    );
    assert.deepEqual(
      accepted(letters, 'How often does the letter "n" occur in the word "banana"?'),
      ['2', 'twice'],
    );
    assert.deepEqual(accepted(letters, 'What is the last letter of the word "giraffe"?'), ['e']);
    for (const [question, made] of letters) {
      const [, letter = '', word = ''] =
        /letter "(.)" occur in the word "(.+)"/.exec(question) ?? [];
      if (word === '') continue;
      assert.equal(made.accepted[0], String([...word].filter((each) => each === letter).length));
    }
  });

  it('knows what Python prints', () => {
    const code = drawn('code', MANY);
    for (const [line, ...printed] of [
      ['"apple"[5]', 'IndexError: string index out of range', 'IndexError'],
      ['"apple"[1]', 'p'],
      ['"zebra".upper()[::-1]', 'ARBEZ'],
      ['[x * 3 for x in range(4)]', '[0, 3, 6, 9]'],
      ['len("elephant") * 3', '24'],
    ] as const)
      assert.deepEqual(accepted(code, `What does this Python line print: print(${line})`), printed);
    // Python's // and % of whole numbers, and its order of operations: each line is worked out anew.
    let worked = 0;
    for (const [question, made] of code) {
      const [, a, b, c, d] = /\((\d+) \/\/ (\d+) \+ (\d+) % (\d+)\)/.exec(question) ?? [];
      const list = /\[([\d, ]+)\]/.exec(question)?.[1]?.split(', ').map(Number) ?? [];
      const place = /sorted.*\[(\d)\]\)$/.exec(question)?.[1];
      if (a !== undefined) {
        let [quotient, rest] = [0, Number(c)];
        for (let left = Number(a); left >= Number(b); left -= Number(b)) quotient++;
        while (rest >= Number(d)) rest -= Number(d);
        assert.deepEqual(made.accepted, [String(quotient + rest)], question);
      } else if (place !== undefined) {
        const smaller = list.filter((x) => x < Number(made.accepted[0])).length;
        const notLarger = list.filter((x) => x <= Number(made.accepted[0])).length;
        assert.ok(smaller <= Number(place) && Number(place) < notLarger, question);
      } else continue;
      worked++;
    }
    assert.ok(worked > 500);
  });

  it('converts units, in whichever country', () => {
    const units = drawn('units', MANY);
    const right = (question: string, answer: string): boolean =>
      matchAnswer('short', answer, accepted(units, question));
    assert.ok(right('How many seconds are 2 hours?', '7200'));
    assert.ok(right('How many seconds are 2 hours?', '7,200 seconds'));
    assert.ok(!right('How many seconds are 2 hours?', '120'));
    // 2.5 kg × 35.274 oz/kg = 88.185 oz.
    for (const answer of ['88.18', '88.2', '88'])
      assert.ok(right('Convert 2.5 kilograms to ounces.', answer));
    assert.ok(!right('Convert 2.5 kilograms to ounces.', '90'));
    // A gallon of Britain is 4.546 l, one of the United States 3.785 l.
    for (const answer of ['54.55', '45.42'])
      assert.ok(right('How many litres are 12 gallons?', answer));
    for (const [question, made] of units) {
      assert.ok(made.accepted.length > 0, question);
      assert.ok(
        !made.accepted.some((answer) => /e|NaN/.test(answer.split(' ')[0] ?? '')),
        question,
      );
    }
  });

  it('knows countries by their names in both languages, and no translation of words', () => {
    const translation = drawn('translation');
    assert.deepEqual(accepted(translation, 'Which country is called "Egipto" in Spanish?'), [
      'Egypt',
    ]);
    assert.deepEqual(accepted(translation, 'What is Greece called in German?'), ['Griechenland']);
    for (const [question, made] of translation)
      assert.equal(made.accepted.length === 0, /word for|^Translate/.test(question), question);
  });

  it('knows who is first, last and in the middle', () => {
    for (const [question, { accepted: right }] of drawn('logic')) {
      const who = right[0];
      const pairs = [...question.matchAll(/(\w+) is (\w+) than (\w+)[,.]/g)];
      if (question.startsWith('If')) assert.equal(who, 'yes');
      else if (question.includes('middle'))
        assert.match(question, new RegExp(`left of ${String(who)},`));
      else {
        // Whoever is asked for stands on one side of the comparisons alone.
        const more = pairs.map((pair) => pair[1]);
        const less = pairs.map((pair) => pair[3]);
        const top = /(tall|old|fast|rich)est/.test(question);
        const extreme = (top ? more : less).filter((name) => !(top ? less : more).includes(name));
        assert.deepEqual(right, extreme, question);
      }
    }
  });

  it('offers the odd one among three of a kind', () => {
    for (const { texts = [], accepted: right } of drawn('odd-one-out', 200).values()) {
      assert.equal(new Set(texts).size, 4);
      assert.ok(right.length === 1 && texts.includes(right[0] ?? ''));
    }
  });
});
