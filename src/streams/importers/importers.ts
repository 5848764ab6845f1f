import { COMMONSENSEQA } from './commonsenseqa.ts';
import { GSM8K } from './gsm8k.ts';
import type { Importer, PublishedRecord } from './importer.ts';
import { NQ_OPEN } from './nq-open.ts';
import { OPENBOOKQA } from './openbookqa.ts';
import { TRUTHFULQA } from './truthfulqa.ts';

/** Formats that can be imported, by name. */
export const IMPORT_FORMATS = [
  'nq-open',
  'commonsenseqa',
  'gsm8k',
  'truthfulqa',
  'openbookqa',
] as const;

/** One of {@link IMPORT_FORMATS}. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** The importer of each format. */
export const IMPORTERS: Readonly<Record<ImportFormat, Importer>> = {
  'nq-open': NQ_OPEN,
  commonsenseqa: COMMONSENSEQA,
  gsm8k: GSM8K,
  truthfulqa: TRUTHFULQA,
  openbookqa: OPENBOOKQA,
};

/** Whether a name is one of {@link IMPORT_FORMATS}. */
export function isImportFormat(name: string): name is ImportFormat {
  return (IMPORT_FORMATS as readonly string[]).includes(name);
}

/** The format whose records have such keys, or `undefined`. */
export function formatOfRecord(record: PublishedRecord): ImportFormat | undefined {
  return IMPORT_FORMATS.find((format) => IMPORTERS[format].recognises(record));
}
