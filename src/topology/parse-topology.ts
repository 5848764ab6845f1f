import { LineCounter, parseDocument, type Document } from 'yaml';
import { checkRules, completeTopology } from './check-topology.ts';
import { readField, type NodeFault, type Reading } from './read-shape.ts';
import { topologyError, type TopologyFault } from './topology-fault.ts';
import { TOPOLOGY_SHAPE, type TopologyFile } from './topology-shape.ts';
import type { Topology } from './topology.ts';

/** What reading a topology file gives: a file with faults is a value, not an exception. */
export type ParsedTopology =
  | { readonly ok: true; readonly topology: Topology }
  | { readonly ok: false; readonly faults: readonly TopologyFault[] };

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
 * Reads and checks a topology file: syntax, unknown keys, types and ranges, then the rules between keys.
 * All faults of one of these
 * three kinds are reported at once, in the order of the file.
 *
 * @param text - The file's content, YAML 1.2 (JSON is YAML, too).
 * @returns The topology with every default filled in, deeply frozen; or the faults. Never throws.
 * @remarks O(length) for the lengths and depths that are let through.
 */
export function parseTopology(text: string): ParsedTopology {
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
  const file = readField(document.contents, TOPOLOGY_SHAPE, reading) as TopologyFile;
  if (reading.faults.length === 0) {
    for (const { path, message } of checkRules(file)) {
      reading.faults.push({ offset: offsetOfPath(reading.offsets, path), path, message });
    }
  }
  if (reading.faults.length > 0) {
    const faults = [...reading.faults].sort((a, b) => a.offset - b.offset);
    return { ok: false, faults: faults.map(at) };
  }
  return { ok: true, topology: deepFreeze(completeTopology(file)) };
}

/** Longest message of the YAML library that is passed on: some quote the rest of the file. */
const MAX_MESSAGE_CHARS = 160;

function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').replace(/[. ]+$/, '');
  return line.length > MAX_MESSAGE_CHARS ? `${line.slice(0, MAX_MESSAGE_CHARS)}…` : `${line}.`;
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
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    faults.push({ offset: pos[0], path: '', message: sentence(message) });
  }
  return document.errors.length === 0 ? document : undefined;
}

/** Where a path stands in the file, or the nearest thing above it that does. */
function offsetOfPath(offsets: ReadonlyMap<string, number>, path: string): number {
  for (let at = path; at !== ''; at = at.replace(/(\[\d+\]|\.?[^.[\]]*)$/, '')) {
    const offset = offsets.get(at);
    if (offset !== undefined) return offset;
  }
  return 0;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

/**
 * As {@link parseTopology}, for callers that cannot go on without.
 *
 * @param file - Name for messages.
 * @throws SeclError `TOPOLOGY_INVALID` that lists every fault with line and column.
 */
export function readTopology(text: string, file: string): Topology {
  const parsed = parseTopology(text);
  if (!parsed.ok) throw topologyError(file, parsed.faults);
  return parsed.topology;
}
