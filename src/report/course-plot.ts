import type { AdapterChange } from './adapter-changes.ts';
import type { BurstRun } from './burst-runs.ts';
import type { Course, CoursePoint, DomainRun } from './course.ts';
import { drawBursts, drawVersions } from './loop-marks.ts';
import { html, type Markup } from './markup.ts';
import {
  bandPath,
  drawSvg,
  drawXAxis,
  drawYAxis,
  linearScale,
  linePath,
  niceTicks,
  px,
  type Scale,
} from './plot-frame.ts';

const LEFT = 40;
const TOP = 24;
const STRIP = 8;
/** Letters of a domain's name fit where its stretch has this many pixels for each. */
const LETTER = 7;
/** A stretch narrower than this gets no boundary line: a blend would become a grille. */
const NARROW = 14;
/** Tones of the strip; more domains repeat them, so the strip has names where they fit. */
const TONES = 6;

/** What {@link coursePlot} draws. */
export interface CoursePlotOptions {
  readonly course: Course;
  readonly runs: readonly DomainRun[];
  /** Domains in order of first appearance; their tones on the strip. */
  readonly domains: readonly string[];
  /** Bursts to shade. @defaultValue none */
  readonly bursts?: readonly BurstRun[];
  /** Changes of the acting adapter to mark. @defaultValue none */
  readonly changes?: readonly AdapterChange[];
  /** Whose confidence it is. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** Points where both coordinates are there, `null` elsewhere. */
function lineOf(
  points: readonly CoursePoint[],
  x: Scale,
  y: Scale,
  read: (point: CoursePoint) => number | null,
): string {
  return linePath(
    points.map((point) => {
      const value = read(point);
      return value === null ? null : [x(point.index), y(value)];
    }),
  );
}

/** The strip of domains above the plot, with boundaries and names where there is room. */
function drawDomains({ runs, domains }: CoursePlotOptions, x: Scale, bottom: number): Markup {
  const [left, right] = x.range;
  return html`${runs.map(({ domain, from, to }, i) => {
    const start = Math.max(left, x(from - 0.5));
    const end = Math.min(right, x(to + 0.5));
    const name = domain ?? 'no domain';
    // Grey, which is no domain's.
    const tone = domain === null ? 'floor' : `tone${domains.indexOf(domain) % TONES}`;
    const fits = end - start >= name.length * LETTER;
    return html`<g>
      <title>${name}: questions ${from} to ${to}</title>
      <rect
        class="${tone}"
        x="${px(start)}"
        width="${px(Math.max(0.5, end - start))}"
        y="${TOP - STRIP}"
        height="${STRIP - 2}"
      />
      ${
        fits
          ? html`<text
              class="tick"
              x="${px((start + end) / 2)}"
              y="${TOP - STRIP - 4}"
              text-anchor="middle"
              >${name}</text
            >`
          : ''
      }
      ${
        i > 0 && end - start >= NARROW
          ? html`<line
              class="boundary"
              x1="${px(start)}"
              x2="${px(start)}"
              y1="${TOP}"
              y2="${px(bottom)}"
            />`
          : ''
      }
    </g>`;
  })}`;
}

/**
 * The course of a run for one confidence: rolling accuracy with its 95% band, rolling mean
 * confidence, rolling ECE with its floor, over the question's index; the domains above; bursts and
 * changes of the adapter behind.
 */
export function coursePlot(options: CoursePlotOptions): Markup {
  const { course, name, width, height, runs, bursts = [], changes = [] } = options;
  const right = width - 8;
  const bottom = height - 36;
  const first = runs[0]?.from ?? 0;
  const last = Math.max(first + 1, runs.at(-1)?.to ?? 1);
  const x = linearScale([first, last], [LEFT, right]);
  const y = linearScale([0, 1], [bottom, TOP]);
  const { points } = course;
  const band = bandPath(
    points.map(({ index, accuracyLow, accuracyHigh }) =>
      accuracyLow === null || accuracyHigh === null
        ? null
        : [x(index), y(accuracyLow), y(accuracyHigh)],
    ),
  );
  const end = points.at(-1);
  const area = { x, top: TOP, bottom };
  return drawSvg({
    width,
    height,
    label:
      `Course of ${name} over ${points.length} windows of up to ${course.window} answers; at the end ` +
      `accuracy ${end?.accuracy?.toFixed(2) ?? '–'}, mean confidence ${end?.mean?.toFixed(2) ?? '–'}, ` +
      `ECE ${end?.ece?.toFixed(2) ?? '–'}` +
      (bursts.length === 0 ? '' : `; ${bursts.length} bursts`) +
      (changes.length === 0 ? '' : `; the adapter changed ${changes.length} times`),
    content: html`${drawBursts(bursts, area)}${drawYAxis(y, x, [0, 0.2, 0.4, 0.6, 0.8, 1])}
      ${drawXAxis(x, bottom, niceTicks(x.domain, Math.floor(width / 110)))}
      ${drawDomains(options, x, bottom)} ${drawVersions(changes, area)}
      <path class="accuracy-band" d="${band}" />
      <path class="floor-line" d="${lineOf(points, x, y, (point) => point.floor)}" />
      <path class="ece-line" d="${lineOf(points, x, y, (point) => point.ece)}" />
      <path class="accuracy-line" d="${lineOf(points, x, y, (point) => point.accuracy)}" />
      <path class="mean-line" d="${lineOf(points, x, y, (point) => point.mean)}" />
      <text class="tick" x="${px((LEFT + right) / 2)}" y="${height - 3}" text-anchor="middle"
        >question</text
      >`,
  });
}
