import { html, type Markup } from './markup.ts';

/** Line and name of each thing in the course plots. */
export function courseKey(domains: readonly string[], bursts: boolean, versions: boolean): Markup {
  const lines = [
    ['accuracy-line', 'accuracy, with 95% Wilson band'],
    ['mean-line', 'mean confidence'],
    ['ece-line', 'ECE'],
    ['floor-line', 'ECE under perfect calibration (floor)'],
  ] as const;
  return html`<ul class="key">
    ${lines.map(
      ([style, name]) =>
        html`<li>
          <svg viewBox="0 0 30 14" aria-hidden="true"><path class="${style}" d="M1 7H29" /></svg
          >${name}
        </li>`,
    )}
    ${
      bursts
        ? html`<li>
            <svg viewBox="0 0 30 14" aria-hidden="true">
              <rect class="burst" width="30" height="14" /></svg
            >burst
          </li>`
        : ''
    }
    ${
      versions
        ? html`<li>
            <svg viewBox="0 0 30 14" aria-hidden="true"><path class="version" d="M15 0V14" /></svg
            >another adapter version acts
          </li>`
        : ''
    }
    ${domains.map(
      (name, i) =>
        html`<li>
          <svg viewBox="0 0 30 14" aria-hidden="true">
            <rect class="tone${i % 6}" x="4" y="3" width="22" height="8" /></svg
          >${name}
        </li>`,
    )}
  </ul>`;
}

/** Marks of the overview. */
export function overviewKey(): Markup {
  return html`<ul class="key">
    <li>
      <svg viewBox="0 0 30 14" aria-hidden="true">
        <path class="whisker" d="M2 7H28" />
        <circle class="point" cx="15" cy="7" r="5" /></svg
      >pooled ECE, 95% band
    </li>
    <li>
      <svg viewBox="0 0 30 14" aria-hidden="true">
        <path class="diamond" d="M15 1l6 6l-6 6l-6 -6Z" /></svg
      >mean of the domains’ ECEs
    </li>
    <li>
      <svg viewBox="0 0 30 14" aria-hidden="true">
        <rect class="floor" width="30" height="14" />
        <path class="floor-mean" d="M15 0V14" /></svg
      >perfect calibration at this n: mean, and up to the 95th percentile
    </li>
  </ul>`;
}
