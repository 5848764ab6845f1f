import { cellsTable } from './cells-table.ts';
import type { CompareSummary } from './compare-summary.ts';
import {
  comparisonNotes,
  hasReductions,
  REDUCTION_HEADINGS,
  reductionCells,
  SAMPLE_HEADINGS,
  sampleCells,
  SPREAD_HEADINGS,
  spreadCells,
  STRATEGY_HEADINGS,
  strategyCells,
} from './comparison-cells.ts';
import { comparisonPlot } from './comparison-plot.ts';
import { comparisonRows, type ComparisonRow } from './comparison-rows.ts';
import { formatFraction } from './format-number.ts';
import { html, type Markup } from './markup.ts';
import { reportPage } from './report-page.ts';

/** ECE by strategy and domain. */
function domainTable(rows: readonly ComparisonRow[]): Markup {
  const domains = [...new Set(rows.flatMap(({ strategy }) => Object.keys(strategy.domains)))];
  return cellsTable({
    headings: ['strategy', ...domains],
    rows: rows.map(({ name, strategy: { domains: own } }) => [
      name,
      ...domains.map((domain) =>
        formatFraction(Object.hasOwn(own, domain) ? (own[domain]?.ece ?? null) : null),
      ),
    ]),
  });
}

/**
 * A comparison as a page: one HTML document that loads nothing and runs no script, with every text escaped.
 *
 * @remarks Deterministic.
 */
export function renderComparison(summary: CompareSummary): string {
  const rows = comparisonRows(summary);
  const onSample = sampleCells(rows);
  const title =
    summary.ablation === null ? 'Strategies side by side' : `Ablation: ${summary.ablation}`;
  return reportPage(
    `${summary.stream} – ${title}`,
    html`<h1>${summary.stream}</h1>
      <p class="quiet">${title}, ${summary.model}</p>
      ${
        summary.complete
          ? ''
          : html`<p class="warning">
              This comparison was stopped before its end; it shows the runs that were finished.
            </p>`
      }
      ${
        rows.length === 0
          ? ''
          : html`<h2>Calibration error by strategy</h2>
              <figure>
                ${comparisonPlot(summary)}
                <figcaption>
                  Point and line: pooled ECE with its 95% band. Diamond: mean of the domains’ ECEs.
                  Grey: what perfect calibration would show at this n, up to its 95th percentile.
                </figcaption>
              </figure>
              <h2>Metrics and cost</h2>
              ${cellsTable({ headings: STRATEGY_HEADINGS, rows: rows.map(strategyCells) })}
              ${
                hasReductions(rows)
                  ? html`<h2>Against verbalized confidence and NormPTrue everywhere</h2>
                      ${cellsTable({ headings: REDUCTION_HEADINGS, rows: rows.map(reductionCells) })}`
                  : ''
              }
              ${
                onSample.length === 0
                  ? ''
                  : html`<h2>On the sampled questions alone</h2>
                      ${cellsTable({ headings: SAMPLE_HEADINGS, rows: onSample })}`
              }
              <h2>ECE by domain</h2>
              ${domainTable(rows)}`
      }
      ${
        summary.runs.length < 2
          ? ''
          : html`<h2>Over ${summary.runs.length} runs: mean ± standard deviation</h2>
              ${cellsTable({ headings: SPREAD_HEADINGS, rows: Object.keys(summary.strategies).map((name) => spreadCells(name, summary)) })}`
      }
      <h2>How to read it</h2>
      ${comparisonNotes(summary).map((note) => html`<p>${note}</p>`)}`,
  );
}
