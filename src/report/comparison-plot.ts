import type { CompareSummary } from './compare-summary.ts';
import { html, type Markup } from './markup.ts';
import { drawSvg, drawXAxis, linearScale, niceTicks, px } from './plot-frame.ts';
import { strategyTitle } from './strategy-title.ts';

const WIDTH = 760;
const LEFT = 210;
const RIGHT = 690;
const ROW = 34;
const TOP = 8;

/**
 * ECE of every strategy in one picture: pooled with its 95% band, the mean of the domains' ECEs, and the span up to
 * the 95th percentile that perfect calibration would show. Strategies without an ECE have an empty row.
 */
export function comparisonPlot({ strategies }: CompareSummary): Markup {
  const entries = Object.entries(strategies);
  const highest = Math.max(
    0.1,
    ...entries.flatMap(([, { pooled, meanDomainEce }]) => [
      pooled.ece ?? 0,
      pooled.eceInterval?.high ?? 0,
      pooled.eceFloor?.p95 ?? 0,
      meanDomainEce ?? 0,
    ]),
  );
  const x = linearScale([0, Math.min(1, Math.ceil(highest * 20) / 20)], [LEFT, RIGHT]);
  const bottom = TOP + entries.length * ROW;
  const ticks = niceTicks(x.domain, 6);
  const rows = entries.map(([name, { pooled, meanDomainEce }], i) => {
    const { ece, eceInterval: band, eceFloor: floor, n } = pooled;
    const middle = TOP + (i + 0.5) * ROW;
    return html`<g>
      <text class="name" x="${LEFT - 12}" y="${px(middle + 4)}" text-anchor="end"
        >${strategyTitle(name)}</text
      >
      ${
        floor === null
          ? ''
          : html`<rect
                class="floor"
                x="${LEFT}"
                width="${px(x(floor.p95) - LEFT)}"
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
    label: `Expected calibration error by strategy: ${entries
      .map(([name, { pooled }]) => `${strategyTitle(name)} ${pooled.ece?.toFixed(3) ?? 'none'}`)
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
      )}${drawXAxis(x, bottom, ticks)}${rows}
      <text class="tick" x="${px((LEFT + RIGHT) / 2)}" y="${bottom + 34}" text-anchor="middle"
        >expected calibration error</text
      >`,
  });
}
