import type { SeededRandom } from '../../random/seeded-random.ts';
import type { StreamItem } from '../stream-item.ts';

/** One record of a published question set, as its file holds it. */
export type PublishedRecord = Readonly<Record<string, unknown>>;

/** Reads the records of one published format. Pure. */
export interface Importer {
  /** Name on the command line, and domain of the questions. */
  readonly format: string;
  /** What a record must look like, for error messages. */
  readonly expects: string;
  /** Licence under which its authors published it; the copy at hand may say more. */
  readonly licence: string;
  /** Whether a record is of this format by its keys; says nothing of its values. */
  recognises(record: PublishedRecord): boolean;
  /**
   * Reads a record.
   *
   * @param position - Place of the record in its file, from 1; part of the id where the format has none.
   * @param random - For formats that publish the right choice first; forked by id, so that the choices of a
   *   question do not depend on which others are imported.
   * @returns The question, or what is wrong with the record.
   */
  read(record: PublishedRecord, position: number, random: SeededRandom): StreamItem | string;
}

/** A text that says something, or `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A list of such texts without its empty ones, or `undefined` for what is no list of texts. */
export function textsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string')) return undefined;
  return value.map((text) => text.trim()).filter((text) => text !== '');
}

/** An object that is no list, or `undefined`. */
export function recordOf(value: unknown): PublishedRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as PublishedRecord)
    : undefined;
}
