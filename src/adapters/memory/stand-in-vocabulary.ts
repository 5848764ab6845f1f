/** Words a stand-in answers with; the first has no space before it, later ones do. */
const ANSWERS = [
  ...['Paris', 'Lima', 'Oslo', 'Cairo', 'Kyoto', 'Quito', 'Nairobi', 'Delhi', 'Riga', 'Bern'],
  ...['oxygen', 'iron', 'gold', 'neon', 'zinc', 'helium', 'carbon', 'copper', 'silver', 'tin'],
  ...['Monday', 'Friday', 'March', 'July', 'winter', 'noon', 'red', 'blue', 'green', 'none'],
];

/** Words a stand-in has a token for, so that prompts are short; always with a space before. */
const WORDS = (
  'a an and answer answers are as at be by can certainly choice choices correct digit do does each end ' +
  'fact false few first following for from had has have how if in is it its largest last letter likely ' +
  'line many means month name number of on one only or out possible probability problem proposed question ' +
  'reply right say second seven several smallest solve step steps that the then there this to true was ' +
  'what when where which who with word words wrong year you your alone capital city element symbol'
).split(' ');

const TRUE_FALSE = ['True', 'False', 'true', 'false', 'TRUE', 'FALSE'];
const SPECIALS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const BYTES = 256;

/** What a reasoning stand-in writes before its final answer. */
const CONCLUSION = '\nThe answer is ';

/**
 * The vocabulary of the stand-in language model: all bytes first (so any text can be written), then pairs of
 * small letters, whole words, and special tokens at the end.
 */
export interface StandInVocabulary {
  readonly size: number;
  /** Text by id, from 256 on; specials included. */
  readonly texts: readonly string[];
  readonly ids: ReadonlyMap<string, number>;
  readonly specials: ReadonlyMap<string, number>;
  readonly digits: readonly number[];
  readonly letters: readonly number[];
  readonly firstWords: readonly number[];
  readonly laterWords: readonly number[];
  readonly trueForms: readonly number[];
  readonly falseForms: readonly number[];
  readonly conclusion: number;
  readonly lineBreak: number;
}

/** Makes the vocabulary; always the same. */
export function standInVocabulary(): StandInVocabulary {
  const pairs = [...LETTERS].flatMap((first) => [...LETTERS].map((second) => first + second));
  const words = new Set([
    ...WORDS.map((word) => ` ${word}`),
    ...ANSWERS.flatMap((word) => [word, ` ${word}`]),
    ...TRUE_FALSE.flatMap((word) => [word, ` ${word}`]),
    ...pairs,
    CONCLUSION,
  ]);
  const texts = [...Array.from({ length: BYTES }, () => ''), ...words, ...SPECIALS];
  const ids = new Map<string, number>();
  for (let id = BYTES; id < BYTES + words.size; id++) ids.set(texts[id] as string, id);
  const idOf = (text: string): number => ids.get(text) ?? text.charCodeAt(0);
  const forms = (word: string): number[] =>
    TRUE_FALSE.filter((form) => form.toLowerCase() === word).flatMap((form) => [
      idOf(form),
      idOf(` ${form}`),
    ]);
  return {
    size: texts.length,
    texts,
    ids,
    specials: new Map(SPECIALS.map((text, i) => [text, BYTES + words.size + i])),
    digits: [...'0123456789'].map(idOf),
    letters: [...'ABCDE'].map(idOf),
    firstWords: ANSWERS.map(idOf),
    laterWords: ANSWERS.map((word) => idOf(` ${word}`)),
    trueForms: forms('true'),
    falseForms: forms('false'),
    conclusion: idOf(CONCLUSION),
    lineBreak: idOf('\n'),
  };
}
