import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coursePlot } from '../../../src/report/course-plot.ts';

test('a stretch without a domain has no domain’s tone', () => {
  const plot = coursePlot({
    course: { window: 20, points: [] },
    runs: [
      { domain: 'geography', from: 0, to: 9 },
      { domain: null, from: 10, to: 19 },
      { domain: 'calendar', from: 20, to: 29 },
    ],
    domains: ['geography', 'calendar'],
    name: 'Published',
    width: 1000,
    height: 320,
  }).toString();
  const strip = [...plot.matchAll(/<title>([^:]*):[^<]*<\/title>\s*<rect\s+class="([^"]*)"/g)];
  assert.deepEqual(
    strip.map(([, name, tone]) => [name, tone]),
    [
      ['geography', 'tone0'],
      ['no domain', 'floor'],
      ['calendar', 'tone1'],
    ],
  );
});
