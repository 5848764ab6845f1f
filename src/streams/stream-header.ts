import type { BlendKind } from './blend.ts';

/** How the domains of a stream follow each other, as its header records it. */
export interface RecordedBlend {
  readonly kind: BlendKind;
  /** Domains in order of appearance. */
  readonly order: readonly string[];
  /** Questions over which a gradual change stretches; `null` for other kinds. */
  readonly window: number | null;
  /** How often the domains come round; `null` but for `recurring`. */
  readonly cycles: number | null;
  /** Index of the first question after each change, the middle of a gradual one; empty where there is none. */
  readonly changes: readonly number[];
}

/** First line of a stream file; optional. */
export interface StreamHeader {
  readonly format: 'secl-stream';
  readonly version: 1;
  readonly name: string;
  /** Number of questions. */
  readonly items: number;
  /** Seed of whatever was drawn or shuffled; `null`: nothing was. */
  readonly seed: number | null;
  /** Licence of the questions, an SPDX expression where there is one; `null`: unknown. */
  readonly licence: string | null;
  /** Where the questions come from, for people. */
  readonly source: string | null;
  /** Order of the questions, for people, e.g. `shuffled by seed 7, first 200 of 3610`. */
  readonly order: string | null;
  readonly blend: RecordedBlend | null;
}

/** The header as a line of a stream file, without the line break. */
export function formatStreamHeader(header: StreamHeader): string {
  return JSON.stringify(header);
}

/** Whether a parsed line claims to be a header. */
export function claimsHeader(value: Readonly<Record<string, unknown>>): boolean {
  return value['format'] === 'secl-stream';
}

/**
 * Reads a header; fields that are missing or of another type are `null`, since a header only informs.
 *
 * @returns A sentence where the version is unknown: such a file must not be guessed at.
 */
export function readStreamHeader(
  value: Readonly<Record<string, unknown>>,
): StreamHeader | { readonly fault: string } {
  if (value['version'] !== 1)
    return {
      fault: `version ${JSON.stringify(value['version'] ?? null)} of the stream format is unknown; this is a reader of version 1`,
    };
  const text = (key: string): string | null => (typeof value[key] === 'string' ? value[key] : null);
  const number = (key: string): number | null =>
    Number.isSafeInteger(value[key]) ? (value[key] as number) : null;
  return {
    format: 'secl-stream',
    version: 1,
    name: text('name') ?? 'stream',
    items: number('items') ?? 0,
    seed: number('seed'),
    licence: text('licence'),
    source: text('source'),
    order: text('order'),
    blend: readBlend(value['blend']),
  };
}

function readBlend(value: unknown): RecordedBlend | null {
  if (typeof value !== 'object' || value === null) return null;
  const blend = value as Partial<Record<keyof RecordedBlend, unknown>>;
  const { kind, order, changes, window, cycles } = blend;
  const list = <T>(part: unknown, is: (one: unknown) => one is T): readonly T[] | null =>
    Array.isArray(part) && part.every(is) ? part : null;
  const isText = (one: unknown): one is string => typeof one === 'string';
  const isIndex = (one: unknown): one is number => Number.isSafeInteger(one);
  const names = list(order, isText);
  const indices = list(changes, isIndex);
  const known = ['abrupt', 'gradual', 'recurring', 'shuffled'].includes(kind as string);
  if (!known || names === null || indices === null) return null;
  return {
    kind: kind as BlendKind,
    order: names,
    changes: indices,
    window: isIndex(window) ? window : null,
    cycles: isIndex(cycles) ? cycles : null,
  };
}
