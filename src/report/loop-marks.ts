import type { AdapterChange } from './adapter-changes.ts';
import type { BurstRun } from './burst-runs.ts';
import { html, type Markup } from './markup.ts';
import { px, type Scale } from './plot-frame.ts';

/** Pixels between two lines of versions, at least: closer ones would become a block. */
const LINE_GAP = 3;
/** Pixels that a digit of a version's number takes, and room beside it. */
const DIGIT = 6;

/** What {@link drawBursts} and {@link drawVersions} draw into. */
export interface MarkArea {
  /** Index of a question to pixels. */
  readonly x: Scale;
  readonly top: number;
  readonly bottom: number;
}

/** Shades the bursts. */
export function drawBursts(bursts: readonly BurstRun[], { x, top, bottom }: MarkArea): Markup {
  const [left, right] = x.range;
  return html`${bursts.map(({ burst, from, to, answers }) => {
    const start = Math.max(left, x(from - 0.5));
    const end = Math.min(right, x(to + 0.5));
    return html`<rect
      class="burst"
      x="${px(start)}"
      width="${px(Math.max(0.5, end - start))}"
      y="${px(top)}"
      height="${px(bottom - top)}"
    >
      <title>burst ${burst}: questions ${from} to ${to}, ${answers} answered</title>
    </rect>`;
  })}`;
}

/** A line where a version began to act, with its number where there is room; where they are dense, some of them. */
export function drawVersions(
  changes: readonly AdapterChange[],
  { x, top, bottom }: MarkArea,
): Markup {
  let lineFrom = -Infinity;
  let numberFrom = -Infinity;
  return html`${changes.map(({ index, version }) => {
    const at = x(index - 0.5);
    if (at < lineFrom) return '';
    lineFrom = at + LINE_GAP;
    const number = String(version);
    const fits = at >= numberFrom;
    if (fits) numberFrom = at + (number.length + 1.5) * DIGIT;
    return html`<g>
      <title>
        ${version === 0 ? 'no adapter' : `version ${number}`} acts from question ${index} on
      </title>
      <line class="version" x1="${px(at)}" x2="${px(at)}" y1="${px(top)}" y2="${px(bottom)}" />${
        fits
          ? html`<text class="tick small" x="${px(at + 2)}" y="${px(top + 9)}">${number}</text>`
          : ''
      }
    </g>`;
  })}`;
}
