import { svg } from './dom.js';
import { fraction } from './format.js';

const LEFT = 40;
const RIGHT = 10;
const TOP = 10;
const FOOT = 34;

const px = (value) => Math.round(value * 100) / 100;

function scale([from, to], [start, end]) {
  const width = to - from;
  return (value) =>
    width === 0 ? (start + end) / 2 : start + ((value - from) / width) * (end - start);
}

/** Round ticks inside a domain. */
function ticks([low, high], most) {
  if (high <= low) return [low];
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k++)
    found.push(Number((k * step).toPrecision(12)));
  return found;
}

/** A line through points; `null` interrupts it. */
function path(points, x, y) {
  let text = '';
  let pen = false;
  for (const [at, value] of points) {
    if (value !== null) text += `${pen ? 'L' : 'M'}${px(x(at))} ${px(y(value))}`;
    pen = value !== null;
  }
  return text;
}

/** The area between two lines; `null` interrupts it. */
function area(points, x, y) {
  let text = '';
  let stretch = [];
  const close = () => {
    if (stretch.length > 0) {
      const upper = stretch.map(([at, , high]) => `${px(x(at))} ${px(y(high))}`);
      const lower = stretch.map(([at, low]) => `${px(x(at))} ${px(y(low))}`).reverse();
      text += `M${[...upper, ...lower].join('L')}Z`;
    }
    stretch = [];
  };
  for (const point of points) {
    if (point[1] === null || point[2] === null) close();
    else stretch.push(point);
  }
  close();
  return text;
}

/** Draws into an element, at its own size, so that letters keep theirs. */
function draw(host, label, content) {
  const width = Math.max(200, Math.round(host.clientWidth));
  const height = Math.round(host.clientHeight);
  host.replaceChildren(
    svg(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label },
      ...content(width, height),
    ),
  );
}

function empty(host, label) {
  draw(host, label, (width, height) => [
    svg('text', { class: 'empty', x: width / 2, y: height / 2, 'text-anchor': 'middle' }, label),
  ]);
}

function axes({ x, y, xTicks, yTicks, left, right, bottom, xLabel, width, height }) {
  return [
    ...yTicks.flatMap((tick) => [
      svg('line', { class: 'grid', x1: left, x2: right, y1: px(y(tick)), y2: px(y(tick)) }),
      svg('text', { x: left - 6, y: px(y(tick) + 4), 'text-anchor': 'end' }, String(tick)),
    ]),
    ...xTicks.flatMap((tick) => [
      svg('line', { class: 'axis', x1: px(x(tick)), x2: px(x(tick)), y1: bottom, y2: bottom + 4 }),
      svg('text', { x: px(x(tick)), y: bottom + 16, 'text-anchor': 'middle' }, String(tick)),
    ]),
    svg('text', { x: (left + width - RIGHT) / 2, y: height - 4, 'text-anchor': 'middle' }, xLabel),
  ];
}

/** Accuracy over mean confidence by bin, with Wilson intervals and counts. */
export function drawReliability(host, { bins, n }) {
  if (n === 0) {
    empty(host, 'no answer has a label yet');
    return;
  }
  const spoken = bins
    .map((bin) => `${bin.meanConfidence.toFixed(2)} → ${bin.accuracy.toFixed(2)} (n ${bin.n})`)
    .join('; ');
  draw(
    host,
    `Reliability diagram, mean confidence → accuracy by bin, of ${n} answers: ${spoken}`,
    (width, height) => {
      const right = width - RIGHT;
      const counts = height - FOOT - 30;
      const bottom = counts - 14;
      const x = scale([0, 1], [LEFT, right]);
      const y = scale([0, 1], [bottom, TOP]);
      const most = Math.max(1, ...bins.map((bin) => bin.n));
      const bar = scale([0, most], [0, 28]);
      const tick = [0, 0.2, 0.4, 0.6, 0.8, 1];
      const foot = height - FOOT;
      return [
        ...axes({
          x,
          y,
          xTicks: [],
          yTicks: tick,
          left: LEFT,
          right,
          bottom,
          xLabel: 'mean confidence of the bin',
          width,
          height,
        }),
        ...tick.map((at) =>
          svg('text', { x: px(x(at)), y: foot + 15, 'text-anchor': 'middle' }, String(at)),
        ),
        svg('line', { class: 'ideal', x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
        svg('line', { class: 'axis', x1: LEFT, x2: right, y1: foot, y2: foot }),
        svg('text', { x: LEFT - 6, y: foot, 'text-anchor': 'end' }, 'n'),
        ...bins.map((bin) => {
          const at = px(x(bin.meanConfidence));
          const low = px(y(bin.accuracyLow));
          const high = px(y(bin.accuracyHigh));
          return svg(
            'g',
            {},
            svg(
              'title',
              {},
              `confidence ${fraction(bin.meanConfidence)}, accuracy ${fraction(bin.accuracy)} ` +
                `(95% ${fraction(bin.accuracyLow)}–${fraction(bin.accuracyHigh)}), n ${bin.n}`,
            ),
            svg('line', {
              class: 'gap',
              x1: at,
              x2: at,
              y1: px(y(bin.meanConfidence)),
              y2: px(y(bin.accuracy)),
            }),
            svg('path', {
              class: 'whisker',
              d: `M${at} ${low}V${high}M${at - 4} ${low}h8M${at - 4} ${high}h8`,
            }),
            svg('circle', { class: 'point', cx: at, cy: px(y(bin.accuracy)), r: 4.5 }),
            svg('rect', {
              class: 'count',
              x: px(x(bin.low) + 1),
              width: px(Math.max(1, x(bin.high) - x(bin.low) - 2)),
              y: px(foot - bar(bin.n)),
              height: px(bar(bin.n)),
            }),
            svg(
              'text',
              {
                x: px((x(bin.low) + x(bin.high)) / 2),
                y: px(foot - bar(bin.n) - 2),
                'text-anchor': 'middle',
              },
              bin.n,
            ),
          );
        }),
      ];
    },
  );
}

/**
 * Lines over the answers' index, with bursts shaded, versions and incidents as marks.
 * `lines`: `{ kind, points: [[index, value], …] }`; `band`: `[[index, low, high], …]`.
 */
export function drawCourse(host, options) {
  const {
    label,
    lines,
    from,
    to,
    band = [],
    bursts = [],
    changes = [],
    incidents = [],
    alarms = [],
    threshold,
    top,
  } = options;
  if (!lines.some(({ points }) => points.some(([, value]) => value !== null))) {
    empty(host, options.nothing ?? 'nothing to draw yet');
    return;
  }
  draw(host, label, (width, height) => {
    const right = width - RIGHT;
    const bottom = height - FOOT;
    const x = scale([from, Math.max(from + 1, to)], [LEFT, right]);
    const y = scale([0, top], [bottom, TOP]);
    const clamp = (at) => Math.min(right, Math.max(LEFT, x(at)));
    let free = -Infinity;
    return [
      ...bursts.map((burst) => {
        const start = clamp(burst.from - 0.5);
        const shape = svg('rect', {
          class: 'burst',
          x: px(start),
          width: px(Math.max(1, clamp(burst.to + 0.5) - start)),
          y: TOP,
          height: bottom - TOP,
        });
        shape.append(
          svg('title', {}, `burst ${burst.burst}: answers ${burst.from} to ${burst.to}`),
        );
        return shape;
      }),
      ...axes({
        x,
        y,
        xTicks: ticks([from, Math.max(from + 1, to)], Math.floor(width / 90)).filter(
          Number.isInteger,
        ),
        yTicks: ticks([0, top], Math.floor(height / 45)),
        left: LEFT,
        right,
        bottom,
        xLabel: options.xLabel ?? 'answer',
        width,
        height,
      }),
      ...(band.length === 0 ? [] : [svg('path', { class: 'band', d: area(band, x, y) })]),
      ...(threshold === undefined
        ? []
        : [
            svg('line', {
              class: 'threshold',
              x1: LEFT,
              x2: right,
              y1: px(y(threshold)),
              y2: px(y(threshold)),
            }),
          ]),
      ...changes.flatMap(({ index, version }) => {
        const at = clamp(index - 0.5);
        const mark = svg('line', { class: 'version', x1: px(at), x2: px(at), y1: TOP, y2: bottom });
        mark.append(svg('title', {}, `version ${version} acts from answer ${index} on`));
        if (at < free) return [mark];
        free = at + 22;
        return [mark, svg('text', { x: px(at + 2), y: TOP + 9 }, `v${version}`)];
      }),
      ...incidents.flatMap(({ index, incident }) => {
        const at = clamp(index);
        return [
          svg(
            'line',
            { class: 'incident', x1: px(at), x2: px(at), y1: TOP, y2: bottom },
            svg('title', {}, `incident ${incident}`),
          ),
          svg('text', { x: px(at + 3), y: TOP + 9 }, String(incident)),
        ];
      }),
      ...lines.map(({ kind, points }) =>
        svg('path', { class: `line ${kind}`, d: path(points, x, y) }),
      ),
      ...alarms.map((index) =>
        svg('circle', {
          class: 'alarm',
          cx: px(clamp(index)),
          cy: px(y(Math.min(top, threshold ?? top))),
          r: 2.5,
        }),
      ),
    ];
  });
}
