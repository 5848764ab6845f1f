import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { COMPOUNDS } from '../../../../src/streams/data/compounds.ts';
import { COUNTRIES } from '../../../../src/streams/data/countries.ts';
import { ELEMENTS } from '../../../../src/streams/data/elements.ts';
import * as dates from '../../../../src/streams/generated/calendar-dates.ts';
import {
  capacityOf,
  GENERATED_DOMAINS,
  generateQuestions,
} from '../../../../src/streams/generated/domains.ts';
import {
  atomsOf,
  groupOf,
  isMetal,
  periodOf,
  stateOf,
} from '../../../../src/streams/generated/periodic-table.ts';
import { allocate, type QuestionKind } from '../../../../src/streams/generated/question-kind.ts';
import { matchShort } from '../../../../src/streams/match-short.ts';
import { parseStreamLine } from '../../../../src/streams/parse-stream-line.ts';
import { formatStreamItem } from '../../../../src/streams/stream-item.ts';
import { extractAnswer } from '../../../../src/text/extract-answer.ts';

describe('generateQuestions', () => {
  for (const domain of GENERATED_DOMAINS) {
    it(`${domain}: 500 different questions, whatever the seed`, () => {
      for (const seed of [0, 1, 2 ** 31]) {
        const questions = generateQuestions(domain, 500, seededRandom(seed));
        assert.equal(questions.length, 500);
        assert.equal(new Set(questions.map((q) => q.id)).size, 500);
        assert.equal(new Set(questions.map((q) => q.question)).size, 500);
        assert.ok(questions.every((q) => q.domain === domain));
      }
    });

    it(`${domain}: the same id means the same question under every seed`, () => {
      const first = new Map(generateQuestions(domain, 800, seededRandom(1)).map((q) => [q.id, q]));
      const shared = generateQuestions(domain, 800, seededRandom(2)).filter((q) => first.has(q.id));
      assert.ok(shared.length > 0);
      for (const question of shared) assert.deepEqual(question, first.get(question.id));
    });

    it(`${domain}: every accepted answer is matched as a model would write it, and survives the file`, () => {
      for (const item of generateQuestions(domain, 800, seededRandom(3))) {
        for (const accepted of item.accepted)
          for (const written of [accepted, `${accepted}.`, `The answer is ${accepted}.`]) {
            const { extracted } = extractAnswer('short', written, []);
            assert.ok(matchShort(extracted ?? '', item.accepted), `${item.id}: ${written}`);
          }
        assert.deepEqual(parseStreamLine(formatStreamItem(item)), { kind: 'item', item });
      }
    });

    it(`${domain}: the question does not give its answer away to a copy of it`, () => {
      for (const item of generateQuestions(domain, 500, seededRandom(4)))
        assert.equal(matchShort(item.question, item.accepted), false, item.question);
    });
  }

  it('gives the same questions for the same seed, and others for another', () => {
    fc.assert(
      fc.property(fc.constantFrom(...GENERATED_DOMAINS), fc.nat(), (domain, seed) => {
        const of = (s: number): string[] =>
          generateQuestions(domain, 40, seededRandom(s)).map((q) => q.id);
        assert.deepEqual(of(seed), of(seed));
        assert.notDeepEqual(of(seed), of(seed + 1));
      }),
      { numRuns: 40 },
    );
  });

  it('refuses more questions than there are', () => {
    const most = capacityOf('geography');
    assert.equal(generateQuestions('geography', most, seededRandom(1)).length, most);
    assert.throws(() => generateQuestions('geography', most + 1, seededRandom(1)), {
      code: 'USAGE',
    });
  });
});

describe('allocate', () => {
  const kinds = fc.array(
    fc.record({
      share: fc.integer({ min: 1, max: 30 }),
      capacity: fc.integer({ min: 0, max: 50 }),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it('gives out exactly what is asked for, never more than a kind has', () => {
    fc.assert(
      fc.property(kinds, fc.double({ min: 0, max: 1, noNaN: true }), (plain, part) => {
        const list = plain.map((kind): QuestionKind => ({ ...kind, draw: () => [] }));
        const total = plain.reduce((sum, kind) => sum + kind.capacity, 0);
        const count = Math.floor(total * part);
        const given = allocate(count, list);
        assert.equal(
          given.reduce((sum, n) => sum + n, 0),
          count,
        );
        given.forEach((n, i) => assert.ok(n <= (plain[i]?.capacity ?? 0)));
      }),
    );
  });

  it('follows the shares', () => {
    const kind = (share: number): QuestionKind => ({ share, capacity: 100, draw: () => [] });
    assert.deepEqual(allocate(10, [kind(5), kind(3), kind(2)]), [5, 3, 2]);
    assert.deepEqual(allocate(10, [kind(1), kind(1), kind(1)]), [4, 3, 3]);
  });
});

describe('calendar dates', () => {
  it('agree with the Date of the platform on every day of four centuries', () => {
    // 400 years are a whole cycle of the Gregorian calendar.
    for (let day = Date.UTC(1800, 0, 1); day < Date.UTC(2200, 0, 1); day += 86_400_000) {
      const date = new Date(day);
      const [d, m, y] = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCFullYear()];
      assert.equal(dates.weekdayOf(d, m, y), (date.getUTCDay() + 6) % 7);
      assert.equal(dates.dayOfYear(d, m, y), (day - Date.UTC(y, 0, 1)) / 86_400_000 + 1);
    }
    for (let year = 1; year < 3000; year++)
      for (let month = 1; month <= 12; month++) {
        const last = new Date(Date.UTC(2000, month, 0));
        last.setUTCFullYear(year, month, 0);
        assert.equal(dates.daysInMonth(month, year), last.getUTCDate(), `${year}-${month}`);
      }
  });
});

describe('calendar questions', () => {
  const questions = generateQuestions('calendar', 2000, seededRandom(9));
  const DAY = 86_400_000;
  const parse = (text: string): number => Date.parse(`${text} 2023 UTC`);

  it('about dates agree with the Date of the platform', () => {
    let checked = 0;
    for (const { question, accepted } of questions) {
      const [answer = ''] = accepted;
      const after = /^Which date is (\d+) days after (.+)\?$/.exec(question);
      if (after !== null) {
        assert.equal(parse(after[2] ?? '') + Number(after[1]) * DAY, parse(answer), question);
        checked += 1;
      }
      const between = /^How many days after (.+) is (.+)\?$/.exec(question);
      if (between !== null) {
        const days = (parse(between[2] ?? '') - parse(between[1] ?? '')) / DAY;
        assert.equal(String(days), answer, question);
        checked += 1;
      }
      const weekday = /^Which day of the week is (.+)\?$/.exec(question);
      if (weekday !== null) {
        const name = new Date(`${weekday[1] ?? ''} UTC`).toLocaleDateString('en-GB', {
          weekday: 'long',
          timeZone: 'UTC',
        });
        assert.equal(name, answer, question);
        checked += 1;
      }
    }
    assert.ok(checked > 200, `${checked}`);
  });
});

describe('arithmetic questions', () => {
  it('agree with the expression they ask for', () => {
    let checked = 0;
    for (const { question, accepted } of generateQuestions('arithmetic', 2000, seededRandom(9))) {
      const expression = /^What is (\d+) ([-+×]|divided by) (\d+)(?: (×) (\d+))?\?$/.exec(question);
      if (expression === null) continue;
      const [, a, operator, b, , c] = expression;
      const [x, y, z] = [Number(a), Number(b), c === undefined ? 1 : Number(c)];
      const result =
        operator === '+' ? x + y * z : operator === '-' ? x - y : operator === '×' ? x * y : x / y;
      assert.deepEqual(accepted, [String(result)], question);
      checked += 1;
    }
    assert.ok(checked > 1500, `${checked}`);
  });
});

describe('periodic table', () => {
  it('has the groups and periods of a printed table', () => {
    const row = (period: number): (number | null)[] =>
      ELEMENTS.filter((e) => periodOf(e.number) === period).map((e) => groupOf(e.number));
    const all = Array.from({ length: 18 }, (_, i) => i + 1);
    assert.deepEqual(row(1), [1, 18]);
    assert.deepEqual(row(2), [1, 2, 13, 14, 15, 16, 17, 18]);
    assert.deepEqual(row(3), row(2));
    assert.deepEqual(row(4), all);
    assert.deepEqual(row(5), all);
    assert.deepEqual(row(6), [1, 2, ...Array<null>(15).fill(null), ...all.slice(3)]);
    assert.deepEqual(row(7), row(6));
  });

  it('names the gases, liquids and nonmetals that a school book names', () => {
    const symbolsWhere = (is: (number: number) => boolean): string =>
      ELEMENTS.filter((e) => is(e.number))
        .map((e) => e.symbol)
        .join(' ');
    assert.equal(
      symbolsWhere((n) => stateOf(n) === 'gas'),
      'H He N O F Ne Cl Ar Kr Xe Rn',
    );
    assert.equal(
      symbolsWhere((n) => stateOf(n) === 'liquid'),
      'Br Hg',
    );
    assert.equal(
      symbolsWhere((n) => isMetal(n) === false),
      'H He C N O F Ne P S Cl Ar Br Kr I Xe Rn',
    );
  });

  it('counts the atoms of formulas whose symbols are elements', () => {
    assert.deepEqual(
      [...atomsOf('C2H6O')],
      [
        ['C', 2],
        ['H', 6],
        ['O', 1],
      ],
    );
    const symbols = new Set(ELEMENTS.map((e) => e.symbol));
    for (const { formula, otherFormulas, molecular } of COMPOUNDS) {
      for (const symbol of atomsOf(formula.replace(/[()]/g, '')).keys())
        assert.ok(symbols.has(symbol), formula);
      if (!molecular) continue;
      assert.match(formula, /^(?:[A-Z][a-z]?\d*)+$/);
      // Other ways to write a molecule hold the same atoms.
      for (const other of otherFormulas) {
        const expanded = other
          .replaceAll('=', '')
          .replace(/\(([^()]+)\)(\d+)/g, (_, inner: string, times: string) =>
            inner.repeat(Number(times)),
          );
        assert.deepEqual(
          [...atomsOf(expanded)].toSorted(),
          [...atomsOf(formula)].toSorted(),
          `${other} is ${formula}`,
        );
      }
    }
  });
});

describe('data', () => {
  it('holds the 193 members of the United Nations and the 118 elements, in order', () => {
    assert.equal(COUNTRIES.length, 193);
    assert.equal(new Set(COUNTRIES.map((c) => c.code)).size, 193);
    assert.deepEqual(
      ELEMENTS.map((e) => e.number),
      Array.from({ length: 118 }, (_, i) => i + 1),
    );
    for (const country of COUNTRIES) {
      assert.match(country.code, /^[A-Z]{2}$/);
      assert.match(country.currency ?? 'EUR', /^[A-Z]{3}$/);
      assert.match(country.callingCode ?? '49', /^[2-9]\d{1,2}$/);
    }
  });

  it('asks for no capital that is disputed, and accepts all where there are several', () => {
    const capitals = new Map(COUNTRIES.map((c) => [c.code, c.capitals]));
    assert.deepEqual(capitals.get('IL'), []);
    assert.deepEqual(capitals.get('ZA'), ['Pretoria', 'Cape Town', 'Bloemfontein']);
    assert.deepEqual(capitals.get('BO'), ['Sucre', 'La Paz']);
  });

  it('has isotopes whose mass exceeds the number of protons, hydrogen-1 aside', () => {
    for (const { number, isotopes } of ELEMENTS)
      for (const mass of isotopes) assert.ok(mass > number || (number === 1 && mass === 1));
  });
});
