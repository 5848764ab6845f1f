import { alignColumns } from './align-columns.ts';
import { definitionNotes } from './definition-notes.ts';
import { describeLoop } from './describe-loop.ts';
import { formatBand, formatCount, formatFraction, formatShare } from './format-number.ts';
import { plainName } from './plain-name.ts';
import {
  REPORTED_SCORES,
  type ReplaySummary,
  type ReportedScore,
  type ScopeSummary,
} from './replay-summary.ts';
import { scoreTitle } from './score-title.ts';

const HEADER = ['score', 'n', 'missing', 'mean', 'ECE', '95% band', 'floor', 'AUROC', 'Brier'];

/** One score's row of cells. */
function cellsOf(summary: ReplaySummary, scope: ScopeSummary, score: ReportedScore): string[] {
  const { n, missing, mean, ece, eceInterval, eceFloor, auroc, brier } = scope[score];
  return [
    scoreTitle(score, summary),
    formatCount(n),
    formatCount(missing),
    formatFraction(mean),
    formatFraction(ece),
    formatBand(eceInterval),
    formatFraction(eceFloor?.mean ?? null),
    formatFraction(auroc),
    formatFraction(brier),
  ];
}

/** Heading of a scope: its name, how many answers, how many right. */
function headingOf(name: string, { n, unlabelled, accuracy }: ScopeSummary): string {
  const labels = unlabelled === 0 ? '' : `, ${formatCount(unlabelled)} more without a label`;
  return `${plainName(name)}: accuracy ${formatFraction(accuracy)} of ${formatCount(n)}${labels}`;
}

/**
 * The table a replay ends with: accuracy, mean confidence, ECE with band and floor, AUROC and Brier
 * score of every confidence, for all answers and per domain. Plain text, no line over 100 columns,
 * no trailing newline.
 *
 * Scores that no answer has are left out, and named at the end.
 */
export function renderTable(summary: ReplaySummary): string {
  const { pooled, domains, meanDomainEce } = summary;
  const present = REPORTED_SCORES.filter((score) => pooled[score].n > 0);
  const absent = REPORTED_SCORES.filter((score) => pooled[score].n === 0);
  const scopes = [['all domains', pooled] as const, ...Object.entries(domains)];
  const rows = scopes.flatMap(([, scope]) =>
    present.map((score) => cellsOf(summary, scope, score)),
  );
  const means = present.map((score) => {
    const cells = new Array<string>(HEADER.length).fill('');
    cells[0] = scoreTitle(score, summary);
    cells[4] = formatFraction(meanDomainEce[score]);
    return cells;
  });
  const [header = '', ...lines] = alignColumns([HEADER, ...rows, ...means]);
  const out = [header];
  for (const [position, [name, scope]] of scopes.entries()) {
    const from = position * present.length;
    out.push('', headingOf(name, scope), ...lines.slice(from, from + present.length));
  }
  if (means.length > 0) {
    out.push('', 'mean of the domains’ ECEs', ...lines.slice(rows.length));
  }
  out.push('', ...notesOf(summary, absent));
  return out.join('\n');
}

/** What the numbers are counted over and what they mean, in a few lines. */
function notesOf(summary: ReplaySummary, absent: readonly ReportedScore[]): string[] {
  const { questions, answered, deadLettered, forwardTokens, trainedFraction, loop } = summary;
  const notes = [
    `${formatCount(questions)} questions, ${formatCount(answered)} answered, ` +
      `${formatCount(deadLettered)} dead letters; ${formatCount(forwardTokens.total)} forward tokens; ` +
      `trained on ${formatShare(trainedFraction)}.`,
    ...(loop === null ? [] : [describeLoop(loop)]),
    ...definitionNotes(summary.definition),
  ];
  if (absent.length > 0) {
    notes.push(
      `Without any value: ${absent.map((score) => scoreTitle(score, summary)).join(', ')}.`,
    );
  }
  return notes;
}
