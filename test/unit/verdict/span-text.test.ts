import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../src/app/package-root.ts';
import { spanText } from '../../../src/verdict/span-text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('a span is told in the unit that fits it, rounded before the unit is chosen', () => {
  const told = [0, 119.4 * MINUTE, 119.6 * MINUTE, 47.4 * HOUR, 47.6 * HOUR, 72 * HOUR];
  assert.deepEqual(told.map(spanText), ['0 min', '119 min', '2 h', '47 h', '2 days', '3 days']);
});

test('the page tells spans of two minutes and more alike', async () => {
  const file = pathToFileURL(path.join(packageRoot(), 'page', 'format.js')).href;
  const { span } = (await import(file)) as { span: (ms: number) => string };
  assert.equal(span(119_000), '119 s');
  for (let ms = 2 * MINUTE; ms < 100 * HOUR; ms += 0.1 * MINUTE)
    assert.equal(span(ms), spanText(ms), `${ms}`);
});
