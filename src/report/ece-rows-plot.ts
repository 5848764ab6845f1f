import { html, type Markup } from './markup.ts';
import { drawSvg, drawXAxis, linearScale, niceTicks, px } from './plot-frame.ts';
import type { ScoreMetrics } from './replay-summary.ts';

const WIDTH = 760;
const RIGHT = 690;
const ROW = 34;
const TOP = 8;

/** One row of {@link eceRowsPlot}. */
export interface EceRow {
  readonly name: string;
  readonly pooled: Pick<ScoreMetrics, 'n' | 'ece' | 'eceInterval' | 'eceFloor'>;
  /** Mean of the domains' ECEs. */
  readonly meanDomainEce: number | null;
}

/** What {@link eceRowsPlot} is told besides its rows. */
export interface EceRowsOptions {
  /** Pixels for the names. */
  readonly left: number;
  /** What the rows are, e.g. `strategy`: read aloud. */
  readonly by: string;
}

/** A row's numbers, for whoever points at it. */
function wordsOf({ name, pooled, meanDomainEce }: EceRow): string {
  const { ece, eceInterval, eceFloor, n } = pooled;
  return (
    `${name}: ECE ${ece?.toFixed(3) ?? 'none'}, n ${n}` +
    (eceInterval === null
      ? ''
      : `, 95% ${eceInterval.low.toFixed(3)}–${eceInterval.high.toFixed(3)}`) +
    (meanDomainEce === null ? '' : `, mean of domains ${meanDomainEce.toFixed(3)}`) +
    (eceFloor === null
      ? ''
      : `, floor ${eceFloor.mean.toFixed(3)} (95th ${eceFloor.p95.toFixed(3)})`)
  );
}

/**
 * ECE row by row: pooled with its 95% band, the mean of the domains' ECEs, and the span up to the 95th percentile that
 * perfect calibration would show. A row without an ECE is empty.
 */
export function eceRowsPlot(rows: readonly EceRow[], { left, by }: EceRowsOptions): Markup {
  const highest = Math.max(
    0.1,
    ...rows.flatMap(({ pooled, meanDomainEce }) => [
      pooled.ece ?? 0,
      pooled.eceInterval?.high ?? 0,
      pooled.eceFloor?.p95 ?? 0,
      meanDomainEce ?? 0,
    ]),
  );
  const x = linearScale([0, Math.min(1, Math.ceil(highest * 20) / 20)], [left, RIGHT]);
  const bottom = TOP + rows.length * ROW;
  const ticks = niceTicks(x.domain, 6);
  const drawn = rows.map((row, i) => {
    const { name, pooled, meanDomainEce } = row;
    const { ece, eceInterval: band, eceFloor: floor, n } = pooled;
    const middle = TOP + (i + 0.5) * ROW;
    return html`<g>
      <title>${wordsOf(row)}</title>
      <text class="name" x="${left - 12}" y="${px(middle + 4)}" text-anchor="end">${name}</text>
      ${
        floor === null
          ? ''
          : html`<rect
                class="floor"
                x="${left}"
                width="${px(x(floor.p95) - left)}"
                y="${px(middle - 10)}"
                height="20"
              /><line
                class="floor-mean"
                x1="${px(x(floor.mean))}"
                x2="${px(x(floor.mean))}"
                y1="${px(middle - 10)}"
                y2="${px(middle + 10)}"
              />`
      }
      ${
        band === null
          ? ''
          : html`<path
              class="whisker"
              d="M${px(x(band.low))} ${px(middle)}H${px(x(band.high))}M${px(x(band.low))} ${px(
                middle - 4,
              )}v8M${px(x(band.high))} ${px(middle - 4)}v8"
            />`
      }
      ${
        meanDomainEce === null
          ? ''
          : html`<path
              class="diamond"
              d="M${px(x(meanDomainEce))} ${px(middle - 6)}l6 6l-6 6l-6 -6Z"
            />`
      }
      ${ece === null ? '' : html`<circle class="point" cx="${px(x(ece))}" cy="${px(middle)}" r="5.5" />`}
      <text class="tick" x="${RIGHT + 12}" y="${px(middle + 4)}">n ${n}</text>
    </g>`;
  });
  return drawSvg({
    width: WIDTH,
    height: bottom + 38,
    label: `Expected calibration error by ${by}: ${rows
      .map(({ name, pooled }) => `${name} ${pooled.ece?.toFixed(3) ?? 'none'}`)
      .join(', ')}`,
    content: html`${ticks.map(
        (tick) =>
          html`<line
            class="grid"
            x1="${px(x(tick))}"
            x2="${px(x(tick))}"
            y1="${TOP}"
            y2="${bottom}"
          />`,
      )}${drawXAxis(x, bottom, ticks)}${drawn}
      <text class="tick" x="${px((left + RIGHT) / 2)}" y="${bottom + 34}" text-anchor="middle"
        >expected calibration error</text
      >`,
  });
}
