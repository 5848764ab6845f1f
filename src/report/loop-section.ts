import type { AdapterFate } from './adapter-fates.ts';
import { burstRuns, type BurstRun } from './burst-runs.ts';
import { formatChange, formatCount } from './format-number.ts';
import { html, type Markup } from './markup.ts';
import { describeLoop } from './describe-loop.ts';
import type { ReplayReport } from './replay-report.ts';

/** Rows that a table shows at most: a page is no database. */
const MOST_ROWS = 500;

/** What the table says of a version. */
function decisionOf({ decision, active }: AdapterFate): string {
  const fate = decision === null ? 'undecided' : decision.replace('-', ' ');
  return active ? `${fate}, acts` : fate;
}

/** Why it was decided so, with its code where something is wrong. */
function reasonOf({ reason, code }: AdapterFate): string {
  return code === 'none' ? reason : `${reason} (${code})`;
}

/** A table's rows up to {@link MOST_ROWS}, and how many more there are. */
function drawRows<T>(
  things: readonly T[],
  columns: number,
  drawRow: (thing: T) => Markup,
): readonly Markup[] {
  const rows = things.slice(0, MOST_ROWS).map(drawRow);
  const more = things.length - rows.length;
  return more === 0
    ? rows
    : [
        ...rows,
        html`<tr>
          <th colspan="${columns}" scope="row">and ${formatCount(more)} more</th>
        </tr>`,
      ];
}

function drawBurstTable(bursts: readonly BurstRun[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Burst</th>
          <th scope="col">First question</th>
          <th scope="col">Answers</th>
          <th scope="col">Incident</th>
          <th scope="col" class="words">Domain (for the reader)</th>
        </tr>
      </thead>
      <tbody>
        ${drawRows(
          bursts,
          5,
          ({ burst, from, answers, incident, domains }) =>
            html`<tr>
              <th scope="row">${burst}</th>
              <td>${from}</td>
              <td>${formatCount(answers)}</td>
              <td>${incident}</td>
              <td class="words">${domains.map((domain) => domain ?? 'no domain').join(', ')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function drawAdapterTable(adapters: readonly AdapterFate[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col" class="words">Decision</th>
          <th scope="col">Trained on</th>
          <th scope="col">Loss</th>
          <th scope="col">Held-out distance</th>
          <th scope="col" class="words">Reason</th>
        </tr>
      </thead>
      <tbody>
        ${drawRows(
          adapters,
          6,
          (fate) =>
            html`<tr>
              <th scope="row">${fate.version}</th>
              <td class="words">${decisionOf(fate)}</td>
              <td>${fate.trainedOn === null ? '–' : formatCount(fate.trainedOn)}</td>
              <td>${formatChange(fate.loss)}</td>
              <td>${formatChange(fate.heldOutError)}</td>
              <td class="words">${reasonOf(fate)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The section on bursts and adapters; empty where no loop ran. */
export function loopSection({ summary, rows, adapters }: ReplayReport): Markup {
  const { loop } = summary;
  if (loop === null) return html``;
  const bursts = burstRuns(rows);
  return html`<h2>Bursts and adapters</h2>
    <p>
      Gate: ${loop.gate}; ${formatCount(loop.incidents)} incidents, ${formatCount(loop.alarms)}
      alarms. ${describeLoop(loop)}
    </p>
    <p class="quiet">
      In a burst, questions are scored in full, and those whose confidence is far from its target
      train the adapter; no label is read. Loss is over the batch’s samples; held-out distance is
      how far confidence lies from its target on samples of the batch that are not trained on. Both
      are given before and after training.
    </p>
    ${bursts.length === 0 ? '' : drawBurstTable(bursts)}
    ${adapters.length === 0 ? '' : drawAdapterTable(adapters)}`;
}
