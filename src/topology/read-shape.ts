import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import { nearestKey } from './nearest-key.ts';
import type { Field, Fields, Shape } from './shape.ts';

/** Something wrong at a node. */
export interface NodeFault {
  /** Index into the text. */
  readonly offset: number;
  readonly path: string;
  readonly message: string;
}

/** What reading collects besides the value. */
export interface Reading {
  readonly faults: NodeFault[];
  /** Index into the text of each key that the file has, by path. */
  readonly offsets: Map<string, number>;
}

/** Stands in for a value that had a fault, so that reading goes on. */
const NOTHING = undefined;

const joinPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** A value as a message shows it: short, on one line, and without what an address has before its `@`. */
function show(value: unknown): string {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.replace(/^.*@/s, '***@')) : String(value);
  return shown.length > 40 ? `${shown.slice(0, 39)}…` : shown;
}

/** What a YAML node is, for messages. */
function kindOf(node: ParsedNode | null): string {
  if (node === null) return 'nothing';
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  return isScalar(node) ? show(node.value) : 'an alias';
}

const offsetOf = (node: ParsedNode | null, otherwise: number): number =>
  node === null ? otherwise : node.range[0];

/** Paths of a key wherever it is known, to tell where a misplaced one belongs. */
function pathsOfKey(fields: Fields, key: string, path = ''): string[] {
  return Object.entries(fields).flatMap(([name, { shape }]) => {
    const here = joinPath(path, name);
    const below = shape.kind === 'object' ? pathsOfKey(shape.fields, key, here) : [];
    return name === key ? [here, ...below] : below;
  });
}

function unknownKey(key: string, fields: Fields, root: Fields): string {
  const near = nearestKey(key, Object.keys(fields));
  if (near !== undefined) return `unknown key; did you mean "${near}"?`;
  const [elsewhere] = pathsOfKey(root, key);
  if (elsewhere !== undefined) return `unknown key here; it belongs at "${elsewhere}".`;
  return `unknown key; known are ${Object.keys(fields).join(', ')}.`;
}

/**
 * Reads a YAML node as a field says, collecting every fault instead of stopping at the first.
 *
 * @param node - `null` for a key without a value.
 * @returns The value with defaults filled in; meaningless where `reading.faults` grew.
 */
export function readField(node: ParsedNode | null, field: Field, reading: Reading): unknown {
  const root = field.shape.kind === 'object' ? field.shape.fields : {};
  return read(node, field, '', 0, { ...reading, root });
}

interface Context extends Reading {
  readonly root: Fields;
}

function read(
  node: ParsedNode | null,
  field: Field,
  path: string,
  otherwise: number,
  context: Context,
): unknown {
  const offset = offsetOf(node, otherwise);
  const fail = (message: string): unknown => {
    context.faults.push({ offset, path, message });
    return NOTHING;
  };
  if (isAlias(node)) return fail('aliases are not supported; write the value out.');
  const { shape } = field;
  if (shape.kind === 'object') {
    if (isMap(node)) return readObject(node, shape.fields, path, context);
    return fail(`must be a mapping, not ${kindOf(node)}.`);
  }
  if (field.nullable && (node === null || (isScalar(node) && node.value === null))) return null;
  if (shape.kind === 'list') return readList(node, shape.values, path, offset, context, fail);
  const value = isScalar(node) ? node.value : NOTHING;
  if (!fits(shape, value)) {
    const found = shape.kind === 'text' && shape.hidden === true ? '' : `, not ${kindOf(node)}`;
    return fail(`must be ${ruleOf(shape)}${field.nullable ? ' or null' : ''}${found}.`);
  }
  // −0 becomes 0: they mean the same, and JSON keeps them apart in no way.
  return typeof value === 'number' ? value + 0 : value;
}

type ScalarShape = Exclude<Shape, { kind: 'object' | 'list' }>;

function fits(shape: ScalarShape, value: unknown): boolean {
  switch (shape.kind) {
    case 'constant':
      return value === shape.value;
    case 'flag':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value) && inRange(value as number, shape);
    case 'number':
      return typeof value === 'number' && inRange(value, shape);
    case 'text':
      return typeof value === 'string' && new RegExp(shape.pattern, 'u').test(value);
    case 'choice':
      return typeof value === 'string' && shape.values.includes(value);
  }
}

function inRange(value: number, range: { minimum: number; maximum: number }): boolean {
  return value >= range.minimum && value <= range.maximum;
}

function ruleOf(shape: ScalarShape): string {
  switch (shape.kind) {
    case 'constant':
      return String(shape.value);
    case 'flag':
      return 'true or false';
    case 'integer':
      return `an integer from ${shape.minimum} to ${shape.maximum}`;
    case 'number':
      return `a number from ${shape.minimum} to ${shape.maximum}`;
    case 'text':
      return shape.rule;
    case 'choice':
      return shape.values.length === 1
        ? String(shape.values[0])
        : `one of ${shape.values.join(', ')}`;
  }
}

function readList(
  node: ParsedNode | null,
  values: readonly string[],
  path: string,
  otherwise: number,
  { faults }: Context,
  fail: (message: string) => unknown,
): unknown {
  if (!isSeq(node)) return fail(`must be a list, not ${kindOf(node)}.`);
  if (node.items.length === 0) return fail('must not be empty.');
  const words: string[] = [];
  for (const [index, item] of (node.items as (ParsedNode | null)[]).entries()) {
    const word = isScalar(item) ? item.value : NOTHING;
    const at = { offset: offsetOf(item, otherwise), path: `${path}[${index}]` };
    if (typeof word !== 'string' || !values.includes(word)) {
      const near = typeof word === 'string' ? nearestKey(word, values) : undefined;
      const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
      const message = `must be one of ${values.join(', ')}, not ${kindOf(item)}.${hint}`;
      faults.push({ ...at, message });
    } else if (words.includes(word)) {
      faults.push({ ...at, message: `repeats "${word}".` });
    } else {
      words.push(word);
    }
  }
  return words;
}

function readObject(
  map: YAMLMap.Parsed,
  fields: Fields,
  path: string,
  context: Context,
): Record<string, unknown> {
  const { faults, offsets, root } = context;
  const found = new Map<string, unknown>();
  for (const { key, value } of map.items) {
    const keyOffset = key.range[0];
    if (!isScalar(key) || typeof key.value !== 'string') {
      faults.push({ offset: keyOffset, path, message: `${kindOf(key)} cannot be a key.` });
      continue;
    }
    const name = key.value;
    const here = joinPath(path, name.length > 64 ? `${name.slice(0, 63)}…` : name);
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      faults.push({ offset: keyOffset, path: here, message: unknownKey(name, fields, root) });
      continue;
    }
    if (found.has(name)) {
      faults.push({ offset: keyOffset, path: here, message: 'is given twice.' });
      continue;
    }
    offsets.set(here, offsetOf(value, keyOffset));
    found.set(name, read(value, field, here, keyOffset, context));
  }
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (found.has(name)) {
      result[name] = found.get(name);
    } else if (field.required) {
      const message = 'is missing, and has no default.';
      faults.push({ offset: map.range[0], path: joinPath(path, name), message });
    } else {
      result[name] = fallbackOf(field);
    }
  }
  return result;
}

/** What holds where a key is absent. */
function fallbackOf({ shape, fallback }: Field): unknown {
  if (shape.kind !== 'object') return fallback;
  const entries = Object.entries(shape.fields);
  return Object.fromEntries(entries.map(([name, field]) => [name, fallbackOf(field)]));
}
