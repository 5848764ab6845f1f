import { SeclError } from '../errors/secl-error.ts';

/** Something wrong in a topology file. */
export interface TopologyFault {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1, in UTF-16 code units. */
  readonly column: number;
  /** Environment variable that is at fault, in place of line and column, which are 1 then. */
  readonly variable?: string;
  /** Keys from the top, joined with dots; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, as a sentence. */
  readonly message: string;
}

/** Most faults that are reported; a file with more is probably no topology at all. */
export const MAX_FAULTS = 50;

/**
 * Faults as lines of the form `file:line:column: path: message`, as editors and terminals link them; those of the
 * environment as `VARIABLE: path: message`.
 */
export function formatFaults(file: string, faults: readonly TopologyFault[]): string {
  const shown = faults.slice(0, MAX_FAULTS);
  const lines = shown.map(({ line, column, variable, path, message }) => {
    const place = path === '' ? '' : `${path}: `;
    return `${variable ?? `${file}:${line}:${column}`}: ${place}${message}`;
  });
  if (faults.length > shown.length) lines.push(`… and ${faults.length - shown.length} more`);
  return lines.join('\n');
}

function hintOf(faults: readonly TopologyFault[]): string {
  const inFile = faults.some(({ variable }) => variable === undefined);
  const outside = faults.some(({ variable }) => variable !== undefined);
  const what = [...(inFile ? ['the file'] : []), ...(outside ? ['the environment'] : [])];
  return `Correct ${what.join(' and ')}; "secl topology check FILE" reads it without starting anything.`;
}

/** The error for a topology file with faults. */
export function topologyError(file: string, faults: readonly TopologyFault[]): SeclError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new SeclError(
    'TOPOLOGY_INVALID',
    `The topology has ${count}:\n${formatFaults(file, faults)}`,
    { hint: hintOf(faults) },
  );
}
