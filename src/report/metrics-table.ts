import { formatBand, formatCount, formatFraction } from './format-number.ts';
import { html, type Markup } from './markup.ts';
import type { ReplaySummary, ReportedScore, ScopeSummary } from './replay-summary.ts';
import { scoreTitle } from './score-title.ts';

/** The rows of one scope under its heading. */
function drawScope(
  summary: ReplaySummary,
  name: string,
  scope: ScopeSummary,
  scores: readonly ReportedScore[],
): Markup {
  const labels =
    scope.unlabelled === 0 ? '' : `, ${formatCount(scope.unlabelled)} more without a label`;
  const eces = scores.flatMap((score) => scope[score].ece ?? []);
  const least = Math.min(...eces);
  return html`<tbody>
    <tr class="scope">
      <th colspan="9" scope="rowgroup">
        ${name}
        <span>accuracy ${formatFraction(scope.accuracy)}, n ${formatCount(scope.n)}${labels}</span>
      </th>
    </tr>
    ${scores.map((score) => {
      const { n, missing, mean, ece, eceInterval, eceFloor, auroc, brier } = scope[score];
      const within = ece !== null && eceFloor !== null && ece <= eceFloor.p95;
      return html`<tr>
        <th scope="row">${scoreTitle(score, summary)}</th>
        <td>${formatCount(n)}</td>
        <td>${formatCount(missing)}</td>
        <td>${formatFraction(mean)}</td>
        <td class="${ece !== null && ece === least ? 'best' : ''}">
          ${formatFraction(ece)}${within ? html`<sup>*</sup>` : ''}
        </td>
        <td>${formatBand(eceInterval)}</td>
        <td>${formatFraction(eceFloor?.mean ?? null)}</td>
        <td>${formatFraction(auroc)}</td>
        <td>${formatFraction(brier)}</td>
      </tr>`;
    })}
  </tbody>`;
}

/**
 * The table of metrics by scope and score.
 *
 * @param scores - Those to show, in order.
 */
export function metricsTable(summary: ReplaySummary, scores: readonly ReportedScore[]): Markup {
  const scopes = [['All domains', summary.pooled] as const, ...Object.entries(summary.domains)];
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Confidence</th>
          <th scope="col">n</th>
          <th scope="col">Missing</th>
          <th scope="col">Mean</th>
          <th scope="col">ECE</th>
          <th scope="col">95% band</th>
          <th scope="col">Floor</th>
          <th scope="col">AUROC</th>
          <th scope="col">Brier</th>
        </tr>
      </thead>
      ${scopes.map(([name, scope]) => drawScope(summary, name, scope, scores))}
      <tbody>
        <tr class="scope">
          <th colspan="9" scope="rowgroup">
            Mean of the domains’ ECEs <span>pooled ECE can be low by cancellation</span>
          </th>
        </tr>
        ${scores.map(
          (score) =>
            html`<tr>
              <th scope="row">${scoreTitle(score, summary)}</th>
              <td></td>
              <td></td>
              <td></td>
              <td>${formatFraction(summary.meanDomainEce[score])}</td>
              <td></td>
              <td></td>
              <td></td>
              <td></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
