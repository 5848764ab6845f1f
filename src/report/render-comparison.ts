import type { CompareSummary } from './compare-summary.ts';
import {
  comparisonNotes,
  REDUCTION_HEADINGS,
  reductionCells,
  SPREAD_HEADINGS,
  spreadCells,
  STRATEGY_HEADINGS,
  strategyCells,
} from './comparison-cells.ts';
import { comparisonPlot } from './comparison-plot.ts';
import { formatFraction } from './format-number.ts';
import { html, type Markup } from './markup.ts';
import { REPORT_STYLE } from './report-style.ts';
import { strategyTitle } from './strategy-title.ts';

/** Whatever a browser might be talked into, this page loads and runs nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function table(headings: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name = '', ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** ECE by strategy and domain. */
function domainTable({ strategies }: CompareSummary): Markup {
  const entries = Object.entries(strategies);
  const domains = [...new Set(entries.flatMap(([, { domains: own }]) => Object.keys(own)))];
  return table(
    ['strategy', ...domains],
    entries.map(([name, { domains: own }]) => [
      strategyTitle(name),
      ...domains.map((domain) =>
        formatFraction(Object.hasOwn(own, domain) ? (own[domain]?.ece ?? null) : null),
      ),
    ]),
  );
}

/**
 * A comparison as a page: one HTML document that loads nothing and runs no script, with every text escaped.
 *
 * @remarks Deterministic.
 */
export function renderComparison(summary: CompareSummary): string {
  const entries = Object.entries(summary.strategies);
  const title =
    summary.ablation === null ? 'Strategies side by side' : `Ablation: ${summary.ablation}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${summary.stream} – ${title}</title>
        <style>
          ${REPORT_STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>${summary.stream}</h1>
          <p class="quiet">${title}, ${summary.model}</p>
          ${
            summary.complete
              ? ''
              : html`<p class="warning">
                  This comparison was stopped before its end; it shows the runs that were finished.
                </p>`
          }
          ${
            entries.length === 0
              ? ''
              : html`<h2>Calibration error by strategy</h2>
                  <figure>
                    ${comparisonPlot(summary)}
                    <figcaption>
                      Point and line: pooled ECE with its 95% band. Diamond: mean of the domains’
                      ECEs. Grey: what perfect calibration would show at this n, up to its 95th
                      percentile.
                    </figcaption>
                  </figure>
                  <h2>Metrics and cost</h2>
                  ${table(
                    STRATEGY_HEADINGS,
                    entries.map(([name, strategy]) => strategyCells(name, strategy)),
                  )}
                  <h2>Against verbalized confidence and NormPTrue everywhere</h2>
                  ${table(
                    REDUCTION_HEADINGS,
                    entries.map(([name, strategy]) => reductionCells(name, strategy)),
                  )}
                  <h2>ECE by domain</h2>
                  ${domainTable(summary)}`
          }
          ${
            summary.runs.length < 2
              ? ''
              : html`<h2>Over ${summary.runs.length} runs: mean ± standard deviation</h2>
                  ${table(
                    SPREAD_HEADINGS,
                    entries.map(([name]) => spreadCells(name, summary)),
                  )}`
          }
          <h2>How to read it</h2>
          ${comparisonNotes(summary).map((note) => html`<p>${note}</p>`)}
        </main>
      </body>
    </html> `;
  return page.toString().replace(/\n\s+/g, '\n');
}
