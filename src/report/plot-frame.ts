import { html, type Fragment, type Markup } from './markup.ts';

/** A linear map from data to pixels. */
export interface Scale {
  (value: number): number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
}

/** A scale from `domain` to `range`; a domain without width maps to the middle of the range. */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const width = domain[1] - domain[0];
  const map = (value: number): number =>
    width === 0
      ? (range[0] + range[1]) / 2
      : range[0] + ((value - domain[0]) / width) * (range[1] - range[0]);
  return Object.assign(map, { domain, range });
}

/** A coordinate with two decimals: enough for a screen, short in the file. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/**
 * Round ticks inside a domain: multiples of 1, 2 or 5 times a power of ten, about `count` of them.
 *
 * @param domain - Rising.
 */
export function niceTicks([low, high]: readonly [number, number], count: number): number[] {
  if (high <= low) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++) {
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

/** The line through points; a `null` interrupts it. */
export function linePath(points: readonly (readonly [number, number] | null)[]): string {
  let path = '';
  let pen = false;
  for (const point of points) {
    if (point !== null) path += `${pen ? 'L' : 'M'}${px(point[0])} ${px(point[1])}`;
    pen = point !== null;
  }
  return path;
}

/** The area between two lines over common x, stretch by stretch; a `null` interrupts it. */
export function bandPath(
  points: readonly (readonly [x: number, low: number, high: number] | null)[],
): string {
  let path = '';
  let stretch: (readonly [number, number, number])[] = [];
  const close = (): void => {
    if (stretch.length > 0) {
      const upper = stretch.map(([x, , high]) => `${px(x)} ${px(high)}`);
      const lower = stretch.map(([x, low]) => `${px(x)} ${px(low)}`).reverse();
      path += `M${[...upper, ...lower].join('L')}Z`;
    }
    stretch = [];
  };
  for (const point of points) {
    if (point === null) close();
    else stretch.push(point);
  }
  close();
  return path;
}

/** A drawing with its size and what it shows in words. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** Read aloud in place of the picture. */
  readonly label: string;
  readonly content: Fragment;
}

/** An inline SVG that fills the width it is given. */
export function drawSvg({ width, height, label, content }: Drawing): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${content}
  </svg>`;
}

/** Horizontal grid lines with their numbers, left of the plot. */
export function drawYAxis(y: Scale, x: Scale, ticks: readonly number[]): Markup {
  return html`${ticks.map(
    (tick) =>
      html`<line
          class="grid"
          x1="${px(x.range[0])}"
          x2="${px(x.range[1])}"
          y1="${px(y(tick))}"
          y2="${px(y(tick))}"
        /><text class="tick" x="${px(x.range[0] - 6)}" y="${px(y(tick) + 4)}" text-anchor="end"
          >${String(tick)}</text
        >`,
  )}`;
}

/** Numbers below the plot, with short marks. */
export function drawXAxis(x: Scale, bottom: number, ticks: readonly number[]): Markup {
  return html`${ticks.map(
    (tick) =>
      html`<line
          class="axis"
          x1="${px(x(tick))}"
          x2="${px(x(tick))}"
          y1="${px(bottom)}"
          y2="${px(bottom + 4)}"
        /><text class="tick" x="${px(x(tick))}" y="${px(bottom + 17)}" text-anchor="middle"
          >${String(tick)}</text
        >`,
  )}`;
}
