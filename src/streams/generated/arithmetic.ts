import { integerBetween } from '../../random/integer-between.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { StreamItem } from '../stream-item.ts';
import { drawn, shortQuestion, type QuestionKind } from './question-kind.ts';

/** A whole number from `low` to `high`, both included. */
/** A question about one expression; `key` tells the expression apart from all others. */
const what = (key: string, expression: string, result: number): StreamItem =>
  shortQuestion('arithmetic', key, `What is ${expression}?`, [result]);

const add =
  (low: number, high: number) =>
  (random: SeededRandom): StreamItem => {
    const [a, b] = [integerBetween(random, low, high), integerBetween(random, low, high)];
    return what(`add-${a}-${b}`, `${a} + ${b}`, a + b);
  };

const subtract =
  (low: number, high: number) =>
  (random: SeededRandom): StreamItem => {
    const b = integerBetween(random, low, high - 1);
    const a = integerBetween(random, b + 1, high);
    return what(`subtract-${a}-${b}`, `${a} - ${b}`, a - b);
  };

const multiply =
  (lowA: number, highA: number, lowB: number, highB: number) =>
  (random: SeededRandom): StreamItem => {
    const [a, b] = [integerBetween(random, lowA, highA), integerBetween(random, lowB, highB)];
    return what(`multiply-${a}-${b}`, `${a} × ${b}`, a * b);
  };

function divide(random: SeededRandom): StreamItem {
  const [b, result] = [integerBetween(random, 3, 19), integerBetween(random, 3, 60)];
  return what(`divide-${b * result}-${b}`, `${b * result} divided by ${b}`, result);
}

function remainder(random: SeededRandom): StreamItem {
  const [a, b] = [integerBetween(random, 20, 199), integerBetween(random, 3, 12)];
  return shortQuestion(
    'arithmetic',
    `remainder-${a}-${b}`,
    `What is the remainder when ${a} is divided by ${b}?`,
    [a % b],
  );
}

function percentage(random: SeededRandom): StreamItem {
  const percent = integerBetween(random, 1, 19) * 5;
  const whole = integerBetween(random, 1, 40) * 20;
  return what(`percent-${percent}-${whole}`, `${percent}% of ${whole}`, (percent * whole) / 100);
}

function square(random: SeededRandom): StreamItem {
  const a = integerBetween(random, 11, 99);
  return what(`square-${a}`, `${a} squared`, a * a);
}

function mixed(random: SeededRandom): StreamItem {
  const [a, b, c] = [
    integerBetween(random, 2, 30),
    integerBetween(random, 2, 9),
    integerBetween(random, 2, 12),
  ];
  return what(`mixed-${a}-${b}-${c}`, `${a} + ${b} × ${c}`, a + b * c);
}

function sequence(random: SeededRandom): StreamItem {
  const [first, step] = [integerBetween(random, 1, 40), integerBetween(random, 2, 15)];
  const terms = [0, 1, 2, 3].map((i) => first + i * step);
  return shortQuestion(
    'arithmetic',
    `sequence-${first}-${step}`,
    `Which number comes next: ${terms.join(', ')}?`,
    [first + 4 * step],
  );
}

/** Sums, products and the like, from one digit to three. */
export const ARITHMETIC: readonly QuestionKind[] = [
  drawn(10, 3000, add(11, 99)),
  drawn(12, 50_000, add(101, 999)),
  drawn(8, 1500, subtract(11, 99)),
  drawn(10, 50_000, subtract(101, 999)),
  drawn(8, 60, multiply(2, 12, 2, 12)),
  drawn(12, 300, multiply(13, 99, 3, 9)),
  drawn(12, 3000, multiply(13, 99, 13, 99)),
  drawn(8, 400, divide),
  drawn(4, 800, remainder),
  drawn(5, 350, percentage),
  drawn(3, 40, square),
  drawn(4, 1200, mixed),
  drawn(4, 250, sequence),
];
