import { integerBetween } from '../src/random/integer-between.ts';
import type { SeededRandom } from '../src/random/seeded-random.ts';

/** A question that a family draws. */
export interface FamilyQuestion {
  readonly question: string;
  /** Texts to choose from, if it is multiple choice. */
  readonly texts?: readonly string[];
  /** Answers that count as right; texts for multiple choice. Empty: what is right is not known. */
  readonly accepted: readonly string[];
}

const pick = <T>(random: SeededRandom, list: readonly T[]): T =>
  list[random.integer(list.length)] as T;

const asked = (
  question: string,
  ...accepted: readonly (string | number | undefined)[]
): FamilyQuestion => ({
  question,
  accepted: accepted.map(String),
});

const WORDS = (
  'apple banana cherry window garden mountain river bottle pencil library summer winter orange kitchen ' +
  'blanket ladder mirror planet pocket rabbit saddle ticket umbrella village whistle yellow zebra bridge ' +
  'carpet dragon engine feather guitar hammer island jacket kettle lantern magnet needle oyster parrot ' +
  'quarter ribbon shadow tunnel valley wallet basket candle desert elephant forest giraffe harbour'
).split(' ');

const reversed = (text: string): string => [...text].reverse().join('');

const NTH = { first: 0, second: 1, third: 2, fourth: 3, last: -1 };

function letters(random: SeededRandom): FamilyQuestion {
  const word = pick(random, WORDS);
  const letter = pick(random, [...word]);
  const [name, place] = pick(random, Object.entries(NTH));
  const often = word.split(letter).length - 1;
  return pick(random, [
    asked(`How many letters are in the word "${word}"?`, word.length),
    asked(
      `How often does the letter "${letter}" occur in the word "${word}"?`,
      often,
      ...['', 'once', 'twice'].slice(often, often + 1),
    ),
    asked(`What is the ${name} letter of the word "${word}"?`, word.at(place)),
    asked(`Spell the word "${word}" backwards.`, reversed(word)),
  ]);
}

const OUT_OF_RANGE = 'IndexError: string index out of range';

function code(random: SeededRandom): FamilyQuestion {
  const list = Array.from({ length: 4 }, () => integerBetween(random, 1, 20));
  const numbers = list.join(', ');
  const word = pick(random, WORDS);
  const n = integerBetween(random, 1, 5);
  const size = integerBetween(random, 2, 6);
  const [a, b] = [integerBetween(random, 10, 90), integerBetween(random, 10, 90)];
  const sorted = list.toSorted((x, y) => x - y);
  const even = list.filter((x) => x % 2 === 0);
  const [line, printed] = pick(random, [
    [`sorted([${numbers}])[${n % 4}]`, sorted[n % 4]],
    [`max([${numbers}]) - min([${numbers}])`, Math.max(...list) - Math.min(...list)],
    [`len("${word}") * ${n}`, word.length * n],
    [`"${word}"[${n}]`, word[n] ?? OUT_OF_RANGE],
    [`"${word}".upper()[::-1]`, reversed(word.toUpperCase())],
    [
      `[x * ${n} for x in range(${size})]`,
      `[${Array.from({ length: size }, (_, x) => x * n).join(', ')}]`,
    ],
    [`sum(x for x in [${numbers}] if x % 2 == 0)`, even.reduce((sum, x) => sum + x, 0)],
    [`${a} // ${n + 1} + ${b} % ${n + 2}`, Math.floor(a / (n + 1)) + (b % (n + 2))],
  ] as const);
  const short = printed === OUT_OF_RANGE ? ['IndexError'] : [];
  return asked(`What does this Python line print: print(${line})`, printed, ...short);
}

/** Size of each unit; two where Britain and the United States have their own. */
const UNITS: readonly Readonly<Record<string, readonly [number, number?]>>[] = [
  {
    ...{ kilometres: [1000], metres: [1], miles: [1609.344] },
    ...{ feet: [0.3048], inches: [0.0254], centimetres: [0.01] },
  },
  {
    kilograms: [1],
    grams: [0.001],
    pounds: [0.45359237],
    ounces: [0.028349523125],
    tonnes: [1000],
  },
  { hours: [3600], minutes: [60], seconds: [1], milliseconds: [0.001] },
  {
    ...{ litres: [1], millilitres: [0.001] },
    ...{ gallons: [4.54609, 3.785411784], pints: [0.56826125, 0.473176473] },
  },
];

/** Most that rounding may change a number that still counts as right: one in two hundred. */
const ROUNDING = 0.005;

/** A number as people round it: to so many decimals as leave it the same number, near enough. */
function roundings(value: number): string[] {
  const close = [0, 1, 2, 3, 4, 6, 8, 10]
    .map((decimals) => Number(value.toFixed(decimals)))
    .filter((rounded) => Math.abs(rounded - value) <= ROUNDING * value);
  return [...new Set(close)].map((rounded) =>
    rounded.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 10 }),
  );
}

function units(random: SeededRandom): FamilyQuestion {
  const group = pick(random, UNITS);
  const [from, to] = random.shuffle(Object.keys(group)) as [string, string];
  const amount = pick(random, [
    integerBetween(random, 1, 12),
    integerBetween(random, 2, 90) * 10,
    0.5,
    2.5,
  ]);
  const other = integerBetween(random, 1, 500);
  const sizes = [0, 1].map((country) => {
    const [f = [1], t = [1]] = [group[from], group[to]];
    return [amount * (f[country] ?? f[0]), t[country] ?? t[0]] as const;
  });
  const converted = sizes.flatMap(([whole, unit]) => roundings(whole / unit));
  const more = sizes.flatMap(([whole, unit]) => [
    ...(whole >= other * unit ? [`${amount} ${from}`] : []),
    ...(whole <= other * unit ? [`${other} ${to}`] : []),
  ]);
  return pick(random, [
    asked(`How many ${to} are ${amount} ${from}?`, ...new Set(converted)),
    asked(`Convert ${amount} ${from} to ${to}.`, ...new Set(converted)),
    asked(`Which is more: ${amount} ${from} or ${other} ${to}?`, ...new Set(more)),
  ]);
}

const TONGUES = { de: 'German', fr: 'French', es: 'Spanish', it: 'Italian', sv: 'Swedish' };
const REGIONS =
  'AT BE BR CH CN CZ DE DK EG ES FI FR GB GR HU IN IT JP KR MX NL NO PL SE TR US'.split(' ');

/** Words are asked for without a label: no dictionary is at hand that knows each word for them. */
function translation(random: SeededRandom): FamilyQuestion {
  const [tag, tongue] = pick(random, Object.entries(TONGUES));
  const region = pick(random, REGIONS);
  const named = (locale: string): string =>
    new Intl.DisplayNames([locale], { type: 'region' }).of(region) ?? region;
  return pick(random, [
    asked(`What is the ${tongue} word for "${pick(random, WORDS)}"?`),
    asked(`Translate "the ${pick(random, WORDS)} and the ${pick(random, WORDS)}" into ${tongue}.`),
    asked(`Which country is called "${named(tag)}" in ${tongue}?`, named('en'), ...known(region)),
    asked(`What is ${named('en')} called in ${tongue}?`, named(tag)),
  ]);
}

/** Other names that a country goes by. */
function known(region: string): readonly string[] {
  const names: Readonly<Record<string, readonly string[]>> = {
    CZ: ['Czech Republic'],
    GB: ['UK', 'Great Britain'],
    NL: ['Holland'],
    TR: ['Turkey', 'Turkiye'],
    US: ['USA', 'US', 'America', 'United States of America'],
  };
  return names[region] ?? [];
}

const NAMES = 'Anna Ben Clara David Emma Felix Grace Henry Ivy Jack Kate Leo Mia Noah'.split(' ');
const TRAITS = [
  ['taller', 'tallest', 'shortest'],
  ['older', 'oldest', 'youngest'],
  ['faster', 'fastest', 'slowest'],
  ['richer', 'richest', 'poorest'],
] as const;

function logic(random: SeededRandom): FamilyQuestion {
  const [a, b, c, d] = random.shuffle(NAMES);
  const [more, most, least] = pick(random, TRAITS);
  const extreme = pick(random, [most, least]);
  const top = extreme === most;
  return pick(random, [
    asked(
      `${a} is ${more} than ${b}, and ${b} is ${more} than ${c}. Who is the ${extreme}?`,
      top ? a : c,
    ),
    asked(
      `${c} is ${more} than ${d}. ${a} is ${more} than ${c}. Who is the ${extreme}?`,
      top ? a : d,
    ),
    asked(`${a} sits left of ${b}, and ${c} sits right of ${b}. Who sits in the middle?`, b),
    asked(
      `If ${a} is ${more} than ${b} and ${c} is not ${more} than ${b}, is ${a} ${more} than ${c}?`,
      'yes',
    ),
  ]);
}

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  fruit: ['apple', 'pear', 'plum', 'grape', 'cherry', 'mango'],
  tool: ['hammer', 'saw', 'wrench', 'drill', 'pliers', 'chisel'],
  animal: ['horse', 'goat', 'wolf', 'otter', 'camel', 'badger'],
  colour: ['red', 'blue', 'green', 'purple', 'brown', 'pink'],
  instrument: ['violin', 'flute', 'drum', 'trumpet', 'harp', 'cello'],
  vehicle: ['bus', 'train', 'bicycle', 'lorry', 'tram', 'ferry'],
};

/** Multiple choice, as no other family here. */
function oddOneOut(random: SeededRandom): FamilyQuestion {
  const [kind, other] = random.shuffle(Object.keys(GROUPS)) as [string, string];
  const same = random.shuffle(GROUPS[kind] ?? []).slice(0, 3);
  const odd = pick(random, GROUPS[other] ?? []);
  return {
    ...asked(
      pick(random, [
        'Which of these does not belong with the others?',
        `Which of these is not a kind of ${kind}?`,
        `Which of these is a kind of ${other}?`,
      ]),
      odd,
    ),
    texts: random.shuffle([...same, odd]),
  };
}

/**
 * Families of questions that `secl stream` does not make and that no setting was chosen on, by name. Each draws one
 * question; the same may come twice.
 */
export const QUESTION_FAMILIES: Readonly<Record<string, (random: SeededRandom) => FamilyQuestion>> =
  { letters, code, units, translation, logic, 'odd-one-out': oddOneOut };
