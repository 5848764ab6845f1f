import { labelConfidences } from '../calibration/labelled-confidences.ts';
import { reliabilityDiagram } from '../calibration/reliability-diagram.ts';
import { adapterChanges } from './adapter-changes.ts';
import { burstRuns } from './burst-runs.ts';
import { cellsTable } from './cells-table.ts';
import { coursePlot } from './course-plot.ts';
import { courseOf, domainRuns } from './course.ts';
import { eceRowsPlot } from './ece-rows-plot.ts';
import { html, type Markup } from './markup.ts';
import { courseKey, overviewKey } from './plot-keys.ts';
import { courseNumbers, reliabilityNumbers } from './plot-numbers.ts';
import { reliabilityPlot } from './reliability-plot.ts';
import { renderReport } from './render-report.ts';
import { reportPage } from './report-page.ts';
import { domainCells, publishedCells, scoreCells } from './run-cells.ts';
import { runDifferences } from './run-differences.ts';
import { runNames } from './run-names.ts';
import { runDefinitions, runNotes } from './run-notes.ts';
import type { RunReport } from './run-report.ts';
import { scoreCaption } from './score-caption.ts';
import { sourceTitle } from './score-title.ts';

/** Letters of a name that fit left of the plot. */
const NAME_LETTERS = 30;

function shortened(name: string): string {
  const letters = [...name];
  return letters.length <= NAME_LETTERS ? name : `…${letters.slice(1 - NAME_LETTERS).join('')}`;
}

function reliabilityFigure(run: RunReport, name: string): Markup {
  const data = labelConfidences(
    run.rows.map(({ confidences, correct }) => ({
      confidence: confidences.published ?? null,
      correct,
    })),
  );
  const diagram = reliabilityDiagram(data, {
    kind: 'equal-width',
    bins: run.summary.definition.bins,
  });
  return html`<figure>
    <h3>${name}: ${sourceTitle(run.publishedSource)}</h3>
    ${reliabilityPlot(diagram, name)}
    <figcaption>${scoreCaption(run.summary.pooled.published)}</figcaption>
    ${reliabilityNumbers(diagram)}
  </figure>`;
}

function courseFigure(run: RunReport, name: string, domains: readonly string[]): Markup {
  const { rows, seed, summary } = run;
  const course = courseOf(rows, 'published', { bins: summary.definition.bins, seed });
  return html`<figure>
    <h3>${name}: ${sourceTitle(run.publishedSource)}</h3>
    ${coursePlot({
      course,
      runs: domainRuns(rows),
      domains,
      bursts: burstRuns(rows),
      changes: adapterChanges(rows),
      name,
      width: 1000,
      height: 280,
    })}
    <figcaption>
      Windows of the newest ${course.window} answers, drawn from the tenth on. Whole run:
      ${scoreCaption(summary.pooled.published)}
    </figcaption>
    ${courseNumbers(course)}
  </figure>`;
}

/** Several runs side by side. */
function sideBySide(runs: readonly RunReport[]): string {
  const names = runNames(runs);
  const nameOf = (i: number): string => names[i] ?? '';
  const domains = [...new Set(runs.flatMap(({ summary }) => Object.keys(summary.domains)))];
  const differences = runDifferences(runs);
  const measured = runs.some(({ summary }) => summary.pooled.published.n > 0);
  const title = `${runs.length} runs side by side`;
  return reportPage(
    title,
    html`<h1>${title}</h1>
      <p class="quiet">${names.join(' · ')}</p>
      ${runNotes(runs).map((note) => html`<p class="warning">${note}</p>`)}
      ${
        measured
          ? html`<h2>Calibration error of the published confidence</h2>
              <figure>
                ${eceRowsPlot(
                  runs.map(({ summary }, i) => ({
                    name: shortened(nameOf(i)),
                    pooled: summary.pooled.published,
                    meanDomainEce: summary.meanDomainEce.published,
                  })),
                  { left: 230, by: 'run' },
                )}${overviewKey()}
              </figure>`
          : html`<p class="warning">No answer has a label, so nothing can be measured yet.</p>`
      }
      <h2>Published confidence</h2>
      ${cellsTable(publishedCells(runs))}
      <h2>Every confidence</h2>
      ${cellsTable(scoreCells(runs))}
      <h2>By domain</h2>
      ${cellsTable(domainCells(runs))}
      <h2>What differs</h2>
      ${
        differences.length === 0
          ? html`<p>Nothing is known to differ.</p>`
          : cellsTable({
              headings: ['', ...names],
              rows: differences.map(({ name, values }) => [name, ...values.map((v) => v ?? '–')]),
            })
      }
      ${
        measured
          ? html`<h2>Reliability</h2>
              <div class="grid-of-plots">
                ${runs.map((run, i) => reliabilityFigure(run, nameOf(i)))}
              </div>
              <h2>Course of the runs</h2>
              ${courseKey(
                domains,
                runs.some(({ rows }) => burstRuns(rows).length > 0),
                runs.some(({ rows }) => adapterChanges(rows).length > 0),
              )}
              ${runs.map((run, i) => courseFigure(run, nameOf(i), domains))}`
          : ''
      }
      <h2>What the numbers mean</h2>
      ${runDefinitions(runs).map((note) => html`<p>${note}</p>`)}`,
  );
}

/**
 * Runs as one page: one as `secl replay --report` writes it, several side by side. It loads nothing, runs no script,
 * and escapes every text it is given.
 *
 * @param runs - At least one. Not mutated.
 */
export function renderRunsPage(runs: readonly RunReport[]): string {
  const [first] = runs;
  return runs.length === 1 && first !== undefined ? renderReport(first) : sideBySide(runs);
}
