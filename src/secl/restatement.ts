const ARTICLES: ReadonlySet<string> = new Set(['a', 'an', 'the']);

/**
 * Accents and vowel points that writers leave out: marks behind letters of these scripts, where nearly every word can be
 * told without. In others, as Devanagari, Thai or kana, a mark makes another word.
 */
const ACCENTS =
  /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}])\p{M}+/gu;

/**
 * What an answer says once wording is set aside: lower case, without accents, punctuation, articles and
 * surplus white space. A last word is no article: hepatitis A is not hepatitis.
 */
export function statement(text: string): string {
  return text
    .replace(/[\u2212\u2013](?=\d)/g, '-')
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3})/g, '')
    .replace(/[^\p{L}\p{M}\p{N}.+\-/%√∞<>≤≥±]+/gu, ' ')
    .replace(/\.(?!\d)/g, ' ')
    .split(' ')
    .filter((word) => word !== '')
    .filter((word, at, words) => at === words.length - 1 || !ARTICLES.has(word))
    .join(' ');
}

/**
 * Whether two answers say the same: equal once wording is set aside, or one holds the other's words in
 * full at its start or end ("Paris" and "Paris, France"). Lexical only. Of numbers the end alone counts: "7 × 5 is 35"
 * says 35, but "12 apples" need not mean 12.
 *
 * Source: ours; stands in for an entailment model.
 */
export function isRestatement(first: string, second: string): boolean {
  const a = statement(first);
  const b = statement(second);
  // Of signs alone nothing is left to compare; then they must be the same signs.
  if (a === '' && b === '') return first.trim() === second.trim();
  if (a === b) return true;
  if (a === '' || b === '') return false;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long.endsWith(` ${short}`)) return true;
  return !/\d/.test(long) && long.startsWith(`${short} `);
}
