import { parseDocument } from 'yaml';
import { editDistance, nearestKey } from './nearest-key.ts';
import { readField, type Reading } from './read-shape.ts';
import type { Field, Fields } from './shape.ts';
import { TOPOLOGY_SHAPE } from './topology-shape.ts';

/** What the variables' names begin with. */
const PREFIX = 'SECL__';
/** Longest value that is read. */
const MOST_CHARS = 1000;

/** A setting that an environment variable holds. */
export interface Override {
  readonly variable: string;
  /** Keys from the top, joined with dots. */
  readonly path: string;
  readonly value: unknown;
}

/** What is wrong with a variable. */
export interface OverrideFault {
  readonly variable: string;
  /** Empty where the variable names no setting. */
  readonly path: string;
  readonly message: string;
}

/** What {@link readOverrides} found, in the order of the names. */
export interface Overrides {
  readonly overrides: readonly Override[];
  readonly faults: readonly OverrideFault[];
}

/** `maxBatch` as variables write it: `MAX_BATCH`. */
function screaming(key: string): string {
  return key.replace(/[A-Z]/g, '_$&').toUpperCase();
}

/** The variable that overrides a setting: `SECL__GATE__BURST` for `gate.burst`. */
export function variableOf(path: string): string {
  return PREFIX + path.split('.').map(screaming).join('__');
}

/** Every setting by its variable. */
function settingsByVariable(
  fields: Fields,
  above: string,
): Map<string, { readonly path: string; readonly field: Field }> {
  return new Map(
    Object.entries(fields).flatMap(([key, field]) => {
      const path = above === '' ? key : `${above}.${key}`;
      return [
        [variableOf(path), { path, field }] as const,
        ...(field.shape.kind === 'object' ? settingsByVariable(field.shape.fields, path) : []),
      ];
    }),
  );
}

/** A value as YAML that reads as its field means it: a text called `1` stays one, a list needs no brackets. */
function yamlOf(value: string, { shape, nullable }: Field): string {
  if (nullable && value === 'null') return value;
  if (shape.kind === 'text' || shape.kind === 'choice') return JSON.stringify(value);
  return shape.kind === 'list' && !value.startsWith('[') ? `[${value}]` : value;
}

/** A variable's value as its field says, with every fault. */
function readValue(
  text: string,
  field: Field,
): {
  readonly value: unknown;
  readonly faults: readonly Pick<OverrideFault, 'path' | 'message'>[];
} {
  const fault = (message: string): ReturnType<typeof readValue> => ({
    value: undefined,
    faults: [{ path: '', message }],
  });
  if (text.length > MOST_CHARS) return fault(`must have at most ${MOST_CHARS} characters.`);
  const reading: Reading = { faults: [], offsets: new Map() };
  try {
    const document = parseDocument(yamlOf(text, field), { prettyErrors: false });
    if (document.errors.length > 0) return fault('cannot be read as YAML.');
    return { value: readField(document.contents, field, reading), faults: reading.faults };
  } catch {
    return fault('cannot be read as YAML.');
  }
}

/**
 * The settings that environment variables hold: `SECL__` and the keys from the top, in capitals and joined with `__`,
 * as `SECL__GATE__BURST=48` or `SECL__TRAINING__LORA__PROJECTIONS=q,v`. An empty variable is as good as none.
 *
 * @param environment - Variables by name; others are left alone. Not mutated.
 * @returns Never throws: what is wrong is a value.
 */
export function readOverrides(
  environment: Readonly<Record<string, string | undefined>>,
): Overrides {
  const overrides: Override[] = [];
  const faults: OverrideFault[] = [];
  const names = Object.keys(environment).filter((name) => name.startsWith(PREFIX));
  if (names.length === 0) return { overrides, faults };
  const { shape } = TOPOLOGY_SHAPE;
  const known = settingsByVariable(shape.kind === 'object' ? shape.fields : {}, '');
  for (const variable of names.toSorted()) {
    const text = environment[variable]?.trim() ?? '';
    const setting = known.get(variable);
    if (setting === undefined) {
      faults.push({ variable, path: '', message: unknownVariable(variable, [...known.keys()]) });
    } else if (setting.field.shape.kind === 'object') {
      const inner = Object.keys(setting.field.shape.fields)
        .map((key) => variableOf(`${setting.path}.${key}`))
        .join(', ');
      faults.push({ variable, path: setting.path, message: `is no setting alone; name ${inner}.` });
    } else if (text !== '') {
      const { path } = setting;
      const read = readValue(text, setting.field);
      for (const { path: inner, message } of read.faults)
        faults.push({ variable, path: path + inner, message });
      if (read.faults.length === 0) overrides.push({ variable, path, value: read.value });
    }
  }
  return { overrides, faults };
}

/** The nearest variable: one of the same group first, then one that ends alike, then any. */
function unknownVariable(variable: string, known: readonly string[]): string {
  const parts = variable.split('__');
  const group = `${parts.slice(0, -1).join('__')}__`;
  const last = parts.at(-1) ?? '';
  const siblings = known
    .filter((name) => name.startsWith(group) && !name.slice(group.length).includes('__'))
    .map((name) => name.slice(group.length));
  const near = nearestKey(last, siblings);
  const alike = known
    .filter((name) => name.endsWith(`__${last}`))
    .toSorted((a, b) => editDistance(variable, a) - editDistance(variable, b));
  const found = near === undefined ? (alike[0] ?? nearestKey(variable, known)) : group + near;
  if (found !== undefined) return `names no setting; did you mean ${found}?`;
  const choices =
    siblings.length > 0
      ? siblings.map((key) => group + key)
      : known.filter((name) => name.split('__').length === 2);
  return `names no setting; there are ${choices.join(', ')}.`;
}
