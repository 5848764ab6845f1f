import { writeStream } from '../src/adapters/files/write-stream.ts';
import { precondition } from '../src/errors/secl-error.ts';
import { seededRandom, type SeededRandom } from '../src/random/seeded-random.ts';
import type { StreamItem } from '../src/streams/stream-item.ts';
import type { Measurement } from './result.ts';

/** How {@link writeGateQuestions} goes about it. */
export interface GateQuestionOptions {
  /** Stream file; replaced if it is there. */
  readonly out: string;
  /** Questions of each family, at most {@link MOST}. */
  readonly perFamily: number;
  readonly seed: number;
}

/** So many different ones every family has, many times over. */
const MOST = 300;

const pick = <T>(random: SeededRandom, list: readonly T[]): T =>
  list[random.integer(list.length)] as T;
const between = (random: SeededRandom, low: number, high: number): number =>
  low + random.integer(high - low + 1);

const WORDS = (
  'apple banana cherry window garden mountain river bottle pencil library summer winter orange kitchen ' +
  'blanket ladder mirror planet pocket rabbit saddle ticket umbrella village whistle yellow zebra bridge ' +
  'carpet dragon engine feather guitar hammer island jacket kettle lantern magnet needle oyster parrot ' +
  'quarter ribbon shadow tunnel valley wallet basket candle desert elephant forest giraffe harbour'
).split(' ');

function letters(random: SeededRandom): string {
  const word = pick(random, WORDS);
  return pick(random, [
    `How many letters are in the word "${word}"?`,
    `How often does the letter "${pick(random, [...word])}" occur in the word "${word}"?`,
    `What is the ${pick(random, ['first', 'second', 'third', 'fourth', 'last'])} letter of the word "${word}"?`,
    `Spell the word "${word}" backwards.`,
  ]);
}

function code(random: SeededRandom): string {
  const numbers = Array.from({ length: 4 }, () => between(random, 1, 20)).join(', ');
  const word = pick(random, WORDS);
  const n = between(random, 1, 5);
  return `What does this Python line print: print(${pick(random, [
    `sorted([${numbers}])[${n % 4}]`,
    `max([${numbers}]) - min([${numbers}])`,
    `len("${word}") * ${n}`,
    `"${word}"[${n}]`,
    `"${word}".upper()[::-1]`,
    `[x * ${n} for x in range(${between(random, 2, 6)})]`,
    `sum(x for x in [${numbers}] if x % 2 == 0)`,
    `${between(random, 10, 90)} // ${n + 1} + ${between(random, 10, 90)} % ${n + 2}`,
  ])})`;
}

const UNITS = [
  ['kilometres', 'metres', 'miles', 'feet', 'inches', 'centimetres'],
  ['kilograms', 'grams', 'pounds', 'ounces', 'tonnes'],
  ['hours', 'minutes', 'seconds', 'milliseconds'],
  ['litres', 'millilitres', 'gallons', 'pints'],
] as const;

function units(random: SeededRandom): string {
  const [from, to] = random.shuffle(pick(random, UNITS));
  const amount = pick(random, [between(random, 1, 12), between(random, 2, 90) * 10, 0.5, 2.5]);
  return pick(random, [
    `How many ${to} are ${amount} ${from}?`,
    `Convert ${amount} ${from} to ${to}.`,
    `Which is more: ${amount} ${from} or ${between(random, 1, 500)} ${to}?`,
  ]);
}

const TONGUES = { de: 'German', fr: 'French', es: 'Spanish', it: 'Italian', sv: 'Swedish' };
const REGIONS =
  'AT BE BR CH CN CZ DE DK EG ES FI FR GB GR HU IN IT JP KR MX NL NO PL SE TR US'.split(' ');

function translation(random: SeededRandom): string {
  const [tag, tongue] = pick(random, Object.entries(TONGUES));
  const region = pick(random, REGIONS);
  const named = (locale: string): string =>
    new Intl.DisplayNames([locale], { type: 'region' }).of(region) ?? region;
  return pick(random, [
    `What is the ${tongue} word for "${pick(random, WORDS)}"?`,
    `Translate "the ${pick(random, WORDS)} and the ${pick(random, WORDS)}" into ${tongue}.`,
    `Which country is called "${named(tag)}" in ${tongue}?`,
    `What is ${named('en')} called in ${tongue}?`,
  ]);
}

const NAMES = 'Anna Ben Clara David Emma Felix Grace Henry Ivy Jack Kate Leo Mia Noah'.split(' ');
const TRAITS = [
  ['taller', 'tallest', 'shortest'],
  ['older', 'oldest', 'youngest'],
  ['faster', 'fastest', 'slowest'],
  ['richer', 'richest', 'poorest'],
] as const;

function logic(random: SeededRandom): string {
  const [a, b, c, d] = random.shuffle(NAMES);
  const [more, most, least] = pick(random, TRAITS);
  const asked = pick(random, [most, least]);
  return pick(random, [
    `${a} is ${more} than ${b}, and ${b} is ${more} than ${c}. Who is the ${asked}?`,
    `${c} is ${more} than ${d}. ${a} is ${more} than ${c}. Who is the ${asked}?`,
    `${a} sits left of ${b}, and ${c} sits right of ${b}. Who sits in the middle?`,
    `If ${a} is ${more} than ${b} and ${c} is not ${more} than ${b}, is ${a} ${more} than ${c}?`,
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
function oddOneOut(random: SeededRandom): { question: string; texts: string[] } {
  const [kind, other] = random.shuffle(Object.keys(GROUPS)) as [string, string];
  const same = random.shuffle(GROUPS[kind] ?? []).slice(0, 3);
  const odd = pick(random, GROUPS[other] ?? []);
  return {
    question: pick(random, [
      'Which of these does not belong with the others?',
      `Which of these is not a kind of ${kind}?`,
      `Which of these is a kind of ${other}?`,
    ]),
    texts: random.shuffle([...same, odd]),
  };
}

const FAMILIES: Readonly<
  Record<string, (random: SeededRandom) => string | { question: string; texts: string[] }>
> = { letters, code, units, translation, logic, 'odd-one-out': oddOneOut };

/** A question of a family, without its label: a gate reads none. */
function itemOf(
  domain: string,
  id: string,
  made: string | { question: string; texts: string[] },
): StreamItem {
  if (typeof made === 'string')
    return { id, domain, question: made, style: 'short', choices: [], accepted: [] };
  const choices = made.texts.map((text, i) => ({ label: 'ABCD'[i] ?? '', text }));
  return { id, domain, question: made.question, style: 'choice', choices, accepted: [] };
}

/**
 * Writes a stream of six families of questions that `secl stream` does not make: none was looked at while the
 * gate's settings were chosen, so they confirm it.
 */
export async function writeGateQuestions({
  out,
  perFamily,
  seed,
}: GateQuestionOptions): Promise<Measurement> {
  precondition(perFamily <= MOST, `a family has no more than ${MOST} questions`);
  const items = Object.entries(FAMILIES).flatMap(([family, make]) => {
    const random = seededRandom(seed).fork(family);
    const questions = new Map<string, StreamItem>();
    while (questions.size < perFamily) {
      const made = make(random);
      questions.set(JSON.stringify(made), itemOf(family, `${family}-${questions.size}`, made));
    }
    return [...questions.values()];
  });
  const header = {
    format: 'secl-stream',
    version: 1,
    name: 'gate-questions',
    items: items.length,
    seed,
    licence: 'Apache-2.0',
    source: 'generated by npm run bench -- gate-questions',
    order: `${perFamily} questions of each family, one family after the other`,
    blend: null,
  } as const;
  await writeStream(out, header, items);
  return {
    figures: { families: Object.keys(FAMILIES), perFamily, seed },
    table: [
      ['family', 'questions'],
      ...Object.keys(FAMILIES).map((family) => [family, String(perFamily)]),
    ],
  };
}
