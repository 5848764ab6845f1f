import type { ReliabilityDiagram } from '../calibration/reliability-diagram.ts';
import { html, type Markup } from './markup.ts';
import { drawSvg, drawXAxis, drawYAxis, linearScale, px } from './plot-frame.ts';

const WIDTH = 300;
const HEIGHT = 342;
const LEFT = 40;
const RIGHT = 290;
const TOP = 10;
const BOTTOM = 260;
/** The strip of counts below the diagram. */
const COUNTS_TOP = 294;
const COUNTS_BOTTOM = 326;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;

/**
 * A reliability diagram: accuracy over mean confidence, bin by bin, with 95% Wilson intervals, the
 * diagonal of perfect calibration, and the answers per bin below.
 *
 * @param name - Whose confidence it is, for the description.
 */
export function reliabilityPlot(diagram: ReliabilityDiagram, name: string): Markup {
  const x = linearScale([0, 1], [LEFT, RIGHT]);
  const y = linearScale([0, 1], [BOTTOM, TOP]);
  const largest = Math.max(1, ...diagram.bins.map(({ n }) => n));
  const count = linearScale([0, largest], [COUNTS_BOTTOM, COUNTS_TOP]);
  const bins = diagram.bins.map((bin) => {
    const at = x(bin.meanConfidence);
    const words =
      `confidence ${bin.meanConfidence.toFixed(3)}, accuracy ${bin.accuracy.toFixed(3)} ` +
      `(95% ${bin.accuracyLow.toFixed(3)}–${bin.accuracyHigh.toFixed(3)}), n ${bin.n}`;
    return html`<g>
      <title>${words}</title>
      <line
        class="gap"
        x1="${px(at)}"
        x2="${px(at)}"
        y1="${px(y(bin.meanConfidence))}"
        y2="${px(y(bin.accuracy))}"
      />
      <path
        class="whisker"
        d="M${px(at)} ${px(y(bin.accuracyLow))}V${px(y(bin.accuracyHigh))}M${px(at - 4)} ${px(
          y(bin.accuracyLow),
        )}h8M${px(at - 4)} ${px(y(bin.accuracyHigh))}h8"
      />
      <circle class="point" cx="${px(at)}" cy="${px(y(bin.accuracy))}" r="4.5" />
      <rect
        class="count"
        x="${px(x(bin.low) + 1)}"
        width="${px(Math.max(1, x(bin.high) - x(bin.low) - 2))}"
        y="${px(count(bin.n))}"
        height="${px(COUNTS_BOTTOM - count(bin.n))}"
      />
      <text
        class="tick small"
        x="${px((x(bin.low) + x(bin.high)) / 2)}"
        y="${px(count(bin.n) - 2)}"
        text-anchor="middle"
        >${bin.n}</text
      >
    </g>`;
  });
  const spoken = diagram.bins
    .map((bin) => `${bin.meanConfidence.toFixed(2)} → ${bin.accuracy.toFixed(2)} (n ${bin.n})`)
    .join('; ');
  return drawSvg({
    width: WIDTH,
    height: HEIGHT,
    label: `Reliability diagram of ${name}, mean confidence → accuracy by bin: ${spoken || 'no answers'}`,
    content: html`${drawYAxis(y, x, TICKS)}${drawXAxis(x, BOTTOM, TICKS)}
      <line class="ideal" x1="${px(x(0))}" y1="${px(y(0))}" x2="${px(x(1))}" y2="${px(y(1))}" />
      <text
        class="tick"
        x="${px(LEFT - 30)}"
        y="${px(TOP + 125)}"
        text-anchor="middle"
        transform="rotate(-90 ${px(LEFT - 30)} ${px(TOP + 125)})"
        >accuracy</text
      >
      <line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${COUNTS_BOTTOM}" y2="${COUNTS_BOTTOM}" />
      <text class="tick" x="${LEFT - 6}" y="${COUNTS_BOTTOM}" text-anchor="end">n</text>
      ${bins}
      <text class="tick" x="${px((LEFT + RIGHT) / 2)}" y="${HEIGHT - 1}" text-anchor="middle"
        >mean confidence of the bin</text
      >`,
  });
}
