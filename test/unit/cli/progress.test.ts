import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import type { StoreProgress } from '../../../src/app/model-store.ts';
import { createProgressView, isQuiet } from '../../../src/cli/progress.ts';

const report = (done: number, more: Partial<StoreProgress> = {}): StoreProgress => ({
  phase: 'download',
  done,
  total: 100_000_000,
  unit: 'bytes',
  detail: 'some-package',
  ...more,
});

function captured(isTTY: boolean): {
  stream: PassThrough & { isTTY: boolean };
  text: () => string;
} {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 120,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { stream, text: () => text };
}

describe('createProgressView', () => {
  it('writes a line every five seconds and at the end where there is no terminal', () => {
    const { stream, text } = captured(false);
    let nowMs = 0;
    const view = createProgressView({ stream, nowMs: () => nowMs });
    view.update(report(0, { phase: 'source', total: undefined, detail: 'trying hub' }));
    // Ten seconds at 5 MB/s from 40 MB that were there before, a report every half second.
    for (let tick = 0; tick <= 20; tick++) {
      nowMs = tick * 500;
      view.update(report(40_000_000 + tick * 2_500_000));
    }
    nowMs = 12_000;
    view.update(report(100_000_000));
    view.update(report(100_000_000));
    view.stop();
    view.update(report(1));
    assert.deepEqual(text().trim().split('\n'), [
      'trying hub',
      'downloading 40%, 40.0 MB of 100.0 MB (some-package)',
      'downloading 65%, 65.0 MB of 100.0 MB, 5.0 MB/s, 7 s left (some-package)',
      'downloading 90%, 90.0 MB of 100.0 MB, 5.0 MB/s, 2 s left (some-package)',
      'downloading 100%, 100.0 MB of 100.0 MB, 5.0 MB/s (some-package)',
    ]);
  });

  it('begins a new stretch with the phase, and copes with an unknown total', () => {
    const { stream, text } = captured(false);
    const view = createProgressView({ stream, nowMs: () => 0 });
    view.update(report(1000, { total: undefined }));
    view.update(report(2000, { total: undefined }));
    view.update(report(3, { phase: 'build', unit: 'steps', total: 9, detail: 'm' }));
    assert.equal(text(), 'downloading 1.0 kB (some-package)\nbuilding 33%, 3 of 9 (m)\n');
  });

  it('draws a bar on a terminal and takes it away again', () => {
    const { stream, text } = captured(true);
    const view = createProgressView({ stream, nowMs: () => 0 });
    view.update(report(0, { phase: 'source', total: undefined, detail: 'trying hub' }));
    view.update(report(50_000_000));
    view.update(report(0, { phase: 'lock', total: undefined, detail: 'waiting for another' }));
    view.stop();
    assert.match(text(), /^trying hub\n/);
    assert.match(text(), /downloading \[=+-+\] 50\.0 MB of 100\.0 MB/);
    assert.match(text(), /waiting for another\n/);
  });

  it('is silent when told so', () => {
    const { stream, text } = captured(false);
    const view = createProgressView({ stream, silent: true });
    view.update(report(1));
    view.stop();
    assert.equal(text(), '');
  });
});

describe('isQuiet', () => {
  it('keeps progress from programs that want an object, and from nobody who watches', () => {
    const quiet = (json: true | undefined, isTTY: boolean): boolean =>
      isQuiet(json, captured(isTTY).stream);
    assert.deepEqual(
      [quiet(true, false), quiet(true, true), quiet(undefined, false), quiet(undefined, true)],
      [true, false, false, false],
    );
  });
});
