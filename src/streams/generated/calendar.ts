import { integerBetween } from '../../random/integer-between.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { ordinal } from '../../text/number-words.ts';
import type { StreamItem } from '../stream-item.ts';
import * as dates from './calendar-dates.ts';
import { drawn, listed, shortQuestion, type QuestionKind } from './question-kind.ts';

const { MONTH_NAMES, WEEKDAYS } = dates;
/** A year without a leap day, for questions that name none. */
const COMMON_YEAR = 2023;

const question = (key: string, text: string, accepted: readonly (string | number)[]): StreamItem =>
  shortQuestion('calendar', key, text, accepted);

/** The name at a place of a cycle, which may be negative or beyond its end. */
function nameAt(names: readonly string[], place: number): string {
  return names[((place % names.length) + names.length) % names.length] ?? '';
}

const count = (amount: number, unit: string): string =>
  `${amount} ${unit}${amount === 1 ? '' : 's'}`;

const weekdayAfter =
  (low: number, high: number) =>
  (random: SeededRandom): StreamItem => {
    const [from, days] = [random.integer(7), integerBetween(random, low, high)];
    const back = random.integer(2) === 1;
    const start = WEEKDAYS[from] ?? '';
    return question(
      `weekday-${start.toLowerCase()}-${back ? 'minus' : 'plus'}-${days}`,
      `Which day of the week comes ${count(days, 'day')} ${back ? 'before' : 'after'} ${start}?`,
      [nameAt(WEEKDAYS, back ? from - days : from + days)],
    );
  };

function monthAfter(random: SeededRandom): StreamItem {
  const [from, months] = [random.integer(12), integerBetween(random, 1, 11)];
  const back = random.integer(2) === 1;
  const start = MONTH_NAMES[from] ?? '';
  return question(
    `month-${start.toLowerCase()}-${back ? 'minus' : 'plus'}-${months}`,
    `Which month comes ${count(months, 'month')} ${back ? 'before' : 'after'} ${start}?`,
    [nameAt(MONTH_NAMES, back ? from - months : from + months)],
  );
}

const monthNumbers = MONTH_NAMES.flatMap((name, i) => [
  question(`nth-month-${i + 1}`, `Which month is the ${ordinal(i + 1)} month of the year?`, [name]),
  question(`month-number-${i + 1}`, `What is the number of the month ${name} in a date?`, [i + 1]),
]);

const monthLengths = MONTH_NAMES.flatMap((name, i) =>
  name === 'February'
    ? []
    : [
        question(`days-${name.toLowerCase()}`, `How many days are there in ${name}?`, [
          dates.daysInMonth(i + 1, COMMON_YEAR),
        ]),
      ],
);

function monthLength(random: SeededRandom): StreamItem {
  const [month, year] = [integerBetween(random, 1, 12), integerBetween(random, 1950, 2049)];
  const name = MONTH_NAMES[month - 1] ?? '';
  return question(`length-${year}-${month}`, `How many days are there in ${name} ${year}?`, [
    dates.daysInMonth(month, year),
  ]);
}

function isoMonth(random: SeededRandom): StreamItem {
  const [year, month] = [integerBetween(random, 1990, 2029), integerBetween(random, 1, 12)];
  const day = integerBetween(random, 1, dates.daysInMonth(month, year));
  const two = (part: number): string => String(part).padStart(2, '0');
  return question(
    `iso-${year}-${month}-${day}`,
    `Which month is it in the date ${year}-${two(month)}-${two(day)}?`,
    [MONTH_NAMES[month - 1] ?? ''],
  );
}

function yearAfter(random: SeededRandom): StreamItem {
  const [year, years] = [integerBetween(random, 1800, 2020), integerBetween(random, 2, 60)];
  const back = random.integer(2) === 1;
  return question(
    `year-${year}-${back ? 'minus' : 'plus'}-${years}`,
    `Which year is ${years} years ${back ? 'before' : 'after'} ${year}?`,
    [back ? year - years : year + years],
  );
}

function yearsBetween(random: SeededRandom): StreamItem {
  const [year, years] = [integerBetween(random, 1800, 1950), integerBetween(random, 3, 70)];
  return question(
    `years-${year}-${year + years}`,
    `How many years are there from ${year} to ${year + years}?`,
    [years],
  );
}

function leapYear(random: SeededRandom): StreamItem {
  // Half of them leap years, so that neither answer is a good guess.
  const quarter = integerBetween(random, 400, 549) * 4;
  const year = random.integer(2) === 1 ? quarter : quarter + integerBetween(random, 1, 3);
  return question(`leap-${year}`, `Is ${year} a leap year? Answer yes or no.`, [
    dates.isLeapYear(year) ? 'yes' : 'no',
  ]);
}

function weekdayOfDate(random: SeededRandom): StreamItem {
  const [year, month] = [integerBetween(random, 1990, 2029), integerBetween(random, 1, 12)];
  const day = integerBetween(random, 1, dates.daysInMonth(month, year));
  return question(
    `weekday-of-${year}-${month}-${day}`,
    `Which day of the week is ${day} ${MONTH_NAMES[month - 1] ?? ''} ${year}?`,
    [WEEKDAYS[dates.weekdayOf(day, month, year)] ?? ''],
  );
}

/** A date from March on, so that leap days do not matter, and one some days later in the same year. */
function twoDates(random: SeededRandom): { from: string; to: string; days: number } {
  const month = integerBetween(random, 3, 11);
  const day = integerBetween(random, 1, dates.daysInMonth(month, COMMON_YEAR));
  const days = integerBetween(random, 3, 45);
  let [laterDay, laterMonth] = [day + days, month];
  while (laterDay > dates.daysInMonth(laterMonth, COMMON_YEAR)) {
    laterDay -= dates.daysInMonth(laterMonth, COMMON_YEAR);
    laterMonth += 1;
  }
  if (laterMonth > 12) return twoDates(random);
  const name = (d: number, m: number): string => `${d} ${MONTH_NAMES[m - 1] ?? ''}`;
  return { from: name(day, month), to: name(laterDay, laterMonth), days };
}

function dateAfter(random: SeededRandom): StreamItem {
  const { from, to, days } = twoDates(random);
  return question(
    `date-${from.replace(' ', '-').toLowerCase()}-plus-${days}`,
    `Which date is ${days} days after ${from}?`,
    [to],
  );
}

function daysBetween(random: SeededRandom): StreamItem {
  const { from, to, days } = twoDates(random);
  return question(
    `between-${from.replace(' ', '-').toLowerCase()}-${to.replace(' ', '-').toLowerCase()}`,
    `How many days after ${from} is ${to}?`,
    [days],
  );
}

function century(random: SeededRandom): StreamItem {
  const year = integerBetween(random, 1001, 2020);
  const number = Math.ceil(year / 100);
  return question(`century-${year}`, `In which century was the year ${year}?`, [
    ordinal(number),
    number,
    `${ordinal(number)} century`,
  ]);
}

const UNITS = [
  ['hours', 'day', 24],
  ['minutes', 'hour', 60],
  ['seconds', 'minute', 60],
  ['days', 'week', 7],
  ['months', 'year', 12],
] as const;

function conversion(random: SeededRandom): StreamItem {
  const [small, large, factor] = UNITS[random.integer(UNITS.length)] ?? UNITS[0];
  const amount = integerBetween(random, 2, 25);
  return question(
    `${small}-in-${amount}-${large}s`,
    `How many ${small} are there in ${amount} ${large}s?`,
    [amount * factor],
  );
}

function clock(random: SeededRandom): StreamItem {
  // Not on the hour: from 8:00 to 8:15 gives the answer away.
  const start = integerBetween(random, 6, 18) * 60 + integerBetween(random, 1, 11) * 5;
  const minutes = integerBetween(random, 3, 40) * 5;
  const time = (at: number): string => `${Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}`;
  return question(
    `clock-${start}-${minutes}`,
    `How many minutes are there from ${time(start)} to ${time(start + minutes)}?`,
    [minutes],
  );
}

/** Weekdays, months, dates and spans of time. */
export const CALENDAR: readonly QuestionKind[] = [
  drawn(8, 40, weekdayAfter(1, 6)),
  drawn(4, 350, weekdayAfter(7, 60)),
  drawn(8, 130, monthAfter),
  listed(4, monthNumbers),
  listed(2, monthLengths),
  drawn(8, 600, monthLength),
  drawn(10, 7000, isoMonth),
  drawn(10, 290, leapYear),
  drawn(6, 7000, weekdayOfDate),
  drawn(5, 5000, dateAfter),
  drawn(4, 5000, daysBetween),
  drawn(8, 500, century),
  drawn(8, 60, conversion),
  drawn(4, 2500, clock),
  drawn(10, 10_000, yearAfter),
  drawn(7, 5000, yearsBetween),
];
