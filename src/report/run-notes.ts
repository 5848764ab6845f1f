import { definitionNotes } from './definition-notes.ts';
import { formatCount } from './format-number.ts';
import { runNames } from './run-names.ts';
import type { RunReport } from './run-report.ts';
import { verdictLine } from './verdict-section.ts';

/** Provenance that says which questions a run was asked. */
const STREAM = 'Stream (SHA-256)';

function streamOf({ provenance }: RunReport): string | undefined {
  return provenance.find(({ name }) => name === STREAM)?.value;
}

/**
 * What a reader must know before comparing: runs that are not whole, records that are missing, other questions.
 *
 * @param runs - Not mutated.
 * @returns A sentence each; those of one run begin with its name, where there are several.
 */
export function runNotes(runs: readonly RunReport[]): string[] {
  const names = runNames(runs);
  const notes = runs.flatMap((run, i) => {
    const name = runs.length > 1 ? `${names[i] ?? ''}: ` : '';
    return [
      ...(run.complete
        ? []
        : [
            `this run was stopped before its end; it shows what was committed, ${formatCount(run.summary.questions)} questions.`,
          ]),
      ...(run.notes ?? []),
      ...(run.verdict === undefined || run.verdict === null ? [] : [verdictLine(run.verdict)]),
    ].map((note) => name + note);
  });
  if (runs.length < 2) return notes;
  const same = runs.every(
    (run) =>
      run.complete &&
      streamOf(run) !== undefined &&
      streamOf(run) === streamOf(runs[0] as RunReport),
  );
  return [
    ...notes,
    same
      ? 'All runs were asked the same questions, so their errors go together: bands that overlap may still hide a real difference.'
      : 'The runs were not, or not certainly, asked the same questions: a difference may be one of the questions.',
  ];
}

/**
 * What ECE, band and floor mean, a sentence each; said of each run where they do not mean the same in all.
 *
 * @param runs - Not mutated.
 */
export function runDefinitions(runs: readonly RunReport[]): string[] {
  const names = runNames(runs);
  const notes = runs.map(({ summary }) => definitionNotes(summary.definition));
  const isOne = new Set(notes.map((own) => own.join('\n'))).size < 2;
  return isOne
    ? (notes[0] ?? [])
    : notes.flatMap((own, i) => own.map((note) => `${names[i] ?? ''}: ${note}`));
}
