import { LineCounter, parseDocument, type Document } from 'yaml';
import { checkRules, completeTopology } from './check-topology.ts';
import { readOverrides, type Override } from './read-overrides.ts';
import { readField, type NodeFault, type Reading } from './read-shape.ts';
import type { SettingOrigin } from './setting-origin.ts';
import type { RuleFault } from './rule-fault.ts';
import { topologyError, type TopologyFault } from './topology-fault.ts';
import { TOPOLOGY_SHAPE, type TopologyFile } from './topology-shape.ts';
import type { Topology } from './topology.ts';

/** What reading a topology file gives: a file with faults is a value, not an exception. */
export type ParsedTopology =
  | {
      readonly ok: true;
      readonly topology: Topology;
      /** Where each setting comes from, by path; what is not there is a default. */
      readonly origins: ReadonlyMap<string, SettingOrigin>;
    }
  | { readonly ok: false; readonly faults: readonly TopologyFault[] };

/** How strictly a topology is read. */
export interface StrictnessOptions {
  /** Whether the rules between keys are checked. @defaultValue true */
  readonly rules?: boolean;
}

/**
 * Longest file that is read, in UTF-16 code units; with every key and a comment to each a topology has
 * about 3,000. It bounds what a hostile file can cost.
 */
export const MAX_TOPOLOGY_CHARS = 32_768;

/**
 * Deepest nesting of brackets and of dashes on one line. A topology has three levels; the YAML library
 * recurses, and takes time that grows with the square of the depth.
 */
const MAX_DEPTH = 32;

/** Offset of the first place nested too deeply, or `undefined`. Brackets in quotes count as well. */
function tooDeep(text: string): number | undefined {
  let brackets = 0;
  let starts = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\n') starts = 0;
    else if (c === '[' || c === '{') brackets += 1;
    else if (c === ']' || c === '}') brackets = Math.max(0, brackets - 1);
    else if ((c === '-' || c === '?' || c === ':') && /[ \t]/.test(text[i + 1] ?? '')) starts += 1;
    if (brackets > MAX_DEPTH || starts > MAX_DEPTH) return i;
  }
  return undefined;
}

/**
 * Reads and checks a topology file: syntax, then unknown keys, types, ranges and the rules between keys. All faults
 * are reported at once, in the order of the file; a rule is left out where a key that it needs is at fault itself, and
 * everything else where the syntax is.
 *
 * @param text - The file's content, YAML 1.2 (JSON is YAML, too).
 * @param environment - Variables that win over the file, as `readOverrides` reads them. @defaultValue none
 * @returns The topology with every default filled in, deeply frozen; or the faults. Never throws.
 * @remarks O(length) for the lengths and depths that are let through.
 */
export function parseTopology(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = {},
  { rules = true }: StrictnessOptions = {},
): ParsedTopology {
  const lines = new LineCounter();
  const at = ({ offset, path, message }: NodeFault): TopologyFault => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col), path, message };
  };
  if (text.length > MAX_TOPOLOGY_CHARS) {
    const message = `the file has ${text.length} characters; at most ${MAX_TOPOLOGY_CHARS} are read.`;
    return { ok: false, faults: [{ line: 1, column: 1, path: '', message }] };
  }
  const deep = tooDeep(text);
  if (deep !== undefined) {
    const before = text.slice(0, deep).split('\n');
    const message = `nested more than ${MAX_DEPTH} levels deep.`;
    const place = { line: before.length, column: before.at(-1)!.length + 1 };
    return { ok: false, faults: [{ ...place, path: '', message }] };
  }

  const reading: Reading = { faults: [], offsets: new Map() };
  const document = readDocument(text, lines, reading);
  if (document === undefined) return { ok: false, faults: reading.faults.map(at) };
  const read = readField(document.contents, TOPOLOGY_SHAPE, reading) as TopologyFile | undefined;
  const { overrides, faults: outside } = readOverrides(environment);
  const variableAt = new Map(overrides.map(({ path, variable }) => [path, variable]));
  const place = ({ path, message }: RuleFault): TopologyFault => {
    const variable = nearestAbove(variableAt, path);
    return variable === undefined
      ? at({ offset: nearestAbove(reading.offsets, path) ?? 0, path, message })
      : { line: 1, column: 1, variable, path, message };
  };
  const faults = [...reading.faults].sort((a, b) => a.offset - b.offset).map(at);
  const wrong = [...faults, ...outside.map((fault) => ({ line: 1, column: 1, ...fault }))];
  const file = read && overrides.reduce(override, read);
  const broken = file === undefined || !rules ? [] : checkRules(file, sectionsOf(wrong)).map(place);
  if (file === undefined || wrong.length + broken.length > 0) {
    const inFile = [...faults, ...broken.filter(({ variable }) => variable === undefined)];
    inFile.sort((a, b) => a.line - b.line || a.column - b.column);
    const others = [...wrong, ...broken].filter(({ variable }) => variable !== undefined);
    return { ok: false, faults: [...inFile, ...others] };
  }
  const origins = new Map<string, SettingOrigin>(
    [...reading.offsets].map(([path, offset]) => [
      path,
      { kind: 'file', line: Math.max(1, lines.linePos(offset).line) },
    ]),
  );
  for (const { path, variable } of overrides) origins.set(path, { kind: 'environment', variable });
  return { ok: true, topology: deepFreeze(completeTopology(file)), origins };
}

/** Keys at the top under which something is at fault. */
function sectionsOf(faults: readonly TopologyFault[]): ReadonlySet<string> {
  return new Set(faults.map(({ path }) => path.split(/[.[]/, 1)[0] ?? ''));
}

/** The file with one setting replaced. */
function override(file: TopologyFile, { path, value }: Override): TopologyFile {
  const replace = (part: object, [key = '', ...rest]: readonly string[]): object => ({
    ...part,
    [key]:
      rest.length === 0
        ? value
        : replace((part as Readonly<Record<string, object>>)[key] ?? {}, rest),
  });
  return replace(file, path.split('.')) as TopologyFile;
}

/** Longest message of the YAML library that is passed on: some quote the rest of the file. */
const MAX_MESSAGE_CHARS = 160;

function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/[. ]+$/, '');
  return line.length > MAX_MESSAGE_CHARS ? `${line.slice(0, MAX_MESSAGE_CHARS)}…` : `${line}.`;
}

/** The first line that is neither empty, nor a comment, nor the begin of a document. */
const FIRST_LINE = /^(?![ \t]*(?:#|---|%|\r?$))[ \t]*(\S.*)$/m;
/** What such a line of a mapping looks like, with whatever slip further on. */
const BEGINS_MAPPING = /^(\{|\w+[ \t]*:([ \t]|$)|"\w+"|'\w+'|[?&!])/;

/** Where a text says at its begin that it is no mapping, or `undefined`. */
function otherText(text: string): number | undefined {
  const found = FIRST_LINE.exec(text);
  if (found === null || BEGINS_MAPPING.test(found[1]!)) return undefined;
  return found.index + found[0].length - found[1]!.length;
}

/** Parses YAML; `undefined` where faults of syntax make the rest meaningless. */
function readDocument(
  text: string,
  lineCounter: LineCounter,
  { faults }: Reading,
): Document.Parsed | undefined {
  let document: Document.Parsed;
  try {
    // Repeated keys are found while reading: the library compares each key with each.
    document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  } catch {
    faults.push({ offset: 0, path: '', message: 'cannot be read as YAML.' });
    return undefined;
  }
  const other = document.errors.length === 0 ? undefined : otherText(text);
  if (other !== undefined) {
    const message = 'is no topology: a key and its value should stand here, e.g. "version: 1".';
    faults.push({ offset: other, path: '', message });
    return undefined;
  }
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    faults.push({ offset: pos[0], path: '', message: sentence(message) });
  }
  return document.errors.length === 0 ? document : undefined;
}

/** What stands at a path, or at the nearest one above it that has something. */
function nearestAbove<T>(places: ReadonlyMap<string, T>, path: string): T | undefined {
  for (let at = path; at !== ''; at = at.replace(/(\[\d+\]|\.?[^.[\]]*)$/, '')) {
    const found = places.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/**
 * As {@link parseTopology}, for callers that cannot go on without.
 *
 * @param file - Name for messages.
 * @param environment - As for {@link parseTopology}. @defaultValue none
 * @throws SeclError `TOPOLOGY_INVALID` that lists every fault with line and column.
 */
export function readTopology(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>> = {},
  strictness: StrictnessOptions = {},
): Topology {
  const parsed = parseTopology(text, environment, strictness);
  if (!parsed.ok) throw topologyError(file, parsed.faults);
  return parsed.topology;
}
