import { html, type Markup } from './markup.ts';
import type { Cells } from './run-cells.ts';

/** Cells as a table that scrolls where it is wider than the page. */
export function cellsTable({ headings, rows }: Cells): Markup {
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
