import type { Field, Fields, Shape } from './shape.ts';
import { TOPOLOGY_SHAPE } from './topology-shape.ts';

/** Widest line of a comment. */
const WIDTH = 96;
/** Names of choices that a comment lists beside what the description says. */
const MOST_CHOICES = 12;

/** What {@link writeTopology} is told. */
export interface WriteTopologyOptions {
  /** Name of the pipeline. */
  readonly name: string;
  /** Where an editor finds the JSON Schema: a path from the file, or a URL. */
  readonly schema: string;
}

/** Text cut into lines at spaces. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What a value may be, in words; empty where the description says enough. */
function ruleOf(shape: Shape): string {
  switch (shape.kind) {
    case 'integer':
    case 'number':
      return `From ${shape.minimum} to ${shape.maximum}.`;
    case 'choice':
    case 'list':
      if (shape.values.length === 1) return '';
      if (shape.values.length > MOST_CHOICES) return '';
      return `${shape.kind === 'list' ? 'Some' : 'One'} of ${shape.values.join(', ')}.`;
    default:
      return '';
  }
}

/** A value as YAML on one line. JSON is YAML; plain words need no quotes. */
function yamlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlOf).join(', ')}]`;
  return typeof value === 'string' &&
    /^[A-Za-z][A-Za-z0-9._/-]*$/.test(value) &&
    !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

function linesOf(
  fields: Fields,
  indent: string,
  values: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(fields).flatMap(([key, field]) => fieldLines(key, field, indent, values));
}

function fieldLines(
  key: string,
  field: Field,
  indent: string,
  values: Readonly<Record<string, unknown>>,
): string[] {
  const { shape, description, fallback } = field;
  const words = [description, ruleOf(shape)].filter((text) => text !== '').join(' ');
  const comment = wrap(words, WIDTH - indent.length - 2).map((line) => `${indent}# ${line}`);
  if (shape.kind === 'object')
    return [
      ...(indent === '' ? [''] : []),
      ...comment,
      `${indent}${key}:`,
      ...linesOf(shape.fields, `${indent}  `, {}),
    ];
  const value = values[key] ?? fallback ?? null;
  // A list that is absent means all that the other settings allow; `null` is no list.
  const written =
    value === null && !field.nullable && shape.kind === 'list'
      ? `# ${key}: ${yamlOf(shape.values)}`
      : `${key}: ${yamlOf(value)}`;
  return [...comment, `${indent}${written}`];
}

/**
 * A topology file with every key, its default and a comment to each: `secl init` writes it. YAML, ends with a newline.
 */
export function writeTopology({ name, schema }: WriteTopologyOptions): string {
  const { shape } = TOPOLOGY_SHAPE;
  const fields = shape.kind === 'object' ? shape.fields : {};
  return [
    `# yaml-language-server: $schema=${schema}`,
    '#',
    '# A pipeline of SECL-Stream. Every key but version and name may be left out; what stands here are the',
    '# defaults. `secl topology check FILE` checks it, `secl topology describe FILE` draws it, and',
    '# `secl topology show FILE` tells where each setting comes from: SECL__GATE__BURST=48 in the environment',
    '# wins over gate.burst here.',
    ...linesOf(fields, '', { name }),
    '',
  ].join('\n');
}
