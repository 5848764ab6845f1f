import { html, type Markup } from './markup.ts';
import { drawSvg, drawXAxis, linearScale, niceTicks, px } from './plot-frame.ts';
import type { ReplaySummary, ReportedScore } from './replay-summary.ts';
import { scoreTitle } from './score-title.ts';

const WIDTH = 760;
const LEFT = 190;
const RIGHT = 690;
const ROW = 34;
const TOP = 8;

/**
 * ECE of every score in one picture: the pooled ECE with its 95% band, the mean of the domains' ECEs,
 * and the span up to the 95th percentile that perfect calibration would show.
 *
 * @param scores - Those to show, in order, each with a pooled ECE.
 */
export function eceOverviewPlot(summary: ReplaySummary, scores: readonly ReportedScore[]): Markup {
  const highest = Math.max(
    0.1,
    ...scores.flatMap((score) => {
      const { ece, eceInterval, eceFloor } = summary.pooled[score];
      const domains = summary.meanDomainEce[score];
      return [ece ?? 0, eceInterval?.high ?? 0, eceFloor?.p95 ?? 0, domains ?? 0];
    }),
  );
  const x = linearScale([0, Math.min(1, Math.ceil(highest * 20) / 20)], [LEFT, RIGHT]);
  const bottom = TOP + scores.length * ROW;
  const ticks = niceTicks(x.domain, 6);
  const rows = scores.map((score, i) => {
    const { ece, eceInterval, eceFloor, n } = summary.pooled[score];
    const domains = summary.meanDomainEce[score];
    const middle = TOP + (i + 0.5) * ROW;
    const words =
      `${scoreTitle(score, summary)}: ECE ${(ece ?? 0).toFixed(3)}, n ${n}` +
      (eceInterval === null
        ? ''
        : `, 95% ${eceInterval.low.toFixed(3)}–${eceInterval.high.toFixed(3)}`) +
      (domains === null ? '' : `, mean of domains ${domains.toFixed(3)}`) +
      (eceFloor === null
        ? ''
        : `, floor ${eceFloor.mean.toFixed(3)} (95th ${eceFloor.p95.toFixed(3)})`);
    return html`<g>
      <title>${words}</title>
      <text class="name" x="${LEFT - 12}" y="${px(middle + 4)}" text-anchor="end"
        >${scoreTitle(score, summary)}</text
      >
      ${
        eceFloor === null
          ? ''
          : html`<rect
                class="floor"
                x="${LEFT}"
                width="${px(x(eceFloor.p95) - LEFT)}"
                y="${px(middle - 10)}"
                height="20"
              /><line
                class="floor-mean"
                x1="${px(x(eceFloor.mean))}"
                x2="${px(x(eceFloor.mean))}"
                y1="${px(middle - 10)}"
                y2="${px(middle + 10)}"
              />`
      }
      ${
        eceInterval === null
          ? ''
          : html`<path
              class="whisker"
              d="M${px(x(eceInterval.low))} ${px(middle)}H${px(x(eceInterval.high))}M${px(
                x(eceInterval.low),
              )} ${px(middle - 4)}v8M${px(x(eceInterval.high))} ${px(middle - 4)}v8"
            />`
      }
      ${
        domains === null
          ? ''
          : html`<path class="diamond" d="M${px(x(domains))} ${px(middle - 6)}l6 6l-6 6l-6 -6Z" />`
      }
      ${ece === null ? '' : html`<circle class="point" cx="${px(x(ece))}" cy="${px(middle)}" r="5.5" />`}
      <text class="tick" x="${RIGHT + 12}" y="${px(middle + 4)}">n ${n}</text>
    </g>`;
  });
  return drawSvg({
    width: WIDTH,
    height: bottom + 38,
    label: `Expected calibration error by confidence: ${scores
      .map(
        (score) => `${scoreTitle(score, summary)} ${(summary.pooled[score].ece ?? 0).toFixed(3)}`,
      )
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
