import { asciiDigits } from './ascii-digits.ts';
import { powerOf, SUPERSCRIPT_NUMBER } from './superscripts.ts';

/** Letters that do not decompose into a base letter and marks, with what stands for them. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};

const SUPERSCRIPTS = new RegExp(SUPERSCRIPT_NUMBER, 'g');

/**
 * Sets aside what differs between two spellings of the same characters: compatibility forms (NFKC), case,
 * accents, and the many kinds of quotation marks, apostrophes, dashes and spaces. Superscript digits
 * become `^` and digits, so that 10² is not 102; subscripts become plain digits, so that H₂O is H2O.
 * What is not seen goes (soft hyphens, joiners, direction marks), and digits of other scripts become 0 to 9.
 *
 * Idempotent. Accents are those of Latin, Greek and Cyrillic (U+0300 to U+036F); vowel signs of other
 * scripts stay. Source: Unicode Standard Annex 15 for NFKC; the rest is ours.
 */
export function foldCharacters(text: string): string {
  return (
    asciiDigits(text.replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
      // NFKC would make a space and a mark of the acute accent that stands for an apostrophe.
      .replace(/\u00b4/g, "'")
      .replace(/\u2033/g, '"')
      .replace(SUPERSCRIPTS, powerOf)
      // 2½ is not 21/2.
      .replace(/(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])/g, ' ')
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFD')
      .replace(/[\u0300-\u036f]/g, '')
      .normalize('NFC')
      .replace(/[ßæœøłđðþħıς]/g, (letter) => LETTERS[letter] ?? letter)
      .replace(/[\u0060\u2018\u2019\u201b\u02bc\u2032]/g, "'")
      .replace(/[\u2010-\u2015\u2212]/g, '-')
      .replace(/[\u201c-\u201f\u00ab\u00bb]/g, '"')
      .replace(/\u2044/g, '/')
  );
}
