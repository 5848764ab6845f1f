import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeMachine, type Machine } from './machine.ts';

/** A table for a terminal: a row of headings, then rows of cells. */
export type Table = readonly (readonly string[])[];

/** What a measurement gives: figures for the JSON file, and the same for people. */
export interface Measurement {
  readonly figures: Readonly<Record<string, unknown>>;
  readonly table: Table;
}

/** Options that every subcommand has. */
export interface OutputOptions {
  readonly json?: string;
}

/** Digits that a speed or a distance deserves: four significant ones. `n/a` for what is no number. */
export function formatFigure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'n/a';
}

/** Bytes as MB of 10⁶. */
export function formatMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Rows as lines, the first column flush left, the others flush right. */
export function renderRows(table: Table): string {
  const columns = Math.max(...table.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Measures, prints the table, and writes figures and machine to the JSON file if one is named. */
export async function publish(
  name: string,
  options: OutputOptions,
  measure: () => Promise<Measurement>,
): Promise<void> {
  const machine: Machine = describeMachine();
  const { figures, table } = await measure();
  console.log(renderRows(table));
  console.log(
    `\n${machine.processor}, ${machine.cores} cores, load ${machine.loadAverage.toFixed(1)} at the start, Node ${machine.node}, onnxruntime ${machine.onnxruntime}, ${machine.date}`,
  );
  if (options.json === undefined) return;
  await mkdir(path.dirname(options.json), { recursive: true });
  await writeFile(
    options.json,
    `${JSON.stringify({ measurement: name, machine, ...figures }, null, 2)}\n`,
  );
  console.log(options.json);
}
