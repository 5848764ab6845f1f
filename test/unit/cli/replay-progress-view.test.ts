import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { ReplayProgress } from '../../../src/app/replay-progress.ts';
import { createReplayProgressView } from '../../../src/cli/replay-progress-view.ts';

const progress = (done: number, more: Partial<ReplayProgress> = {}): ReplayProgress => ({
  done,
  total: 100,
  questionsPerSecond: 2.5,
  ece: 0.25,
  burst: false,
  adapterVersion: 0,
  ...more,
});

/** A stream and what was written to it. */
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

describe('createReplayProgressView', () => {
  it('writes a line every ten seconds and at the end where there is no terminal', () => {
    const { stream, text } = captured(false);
    let nowMs = 0;
    const view = createReplayProgressView(stream, false, () => nowMs);
    view.update(progress(1));
    nowMs = 10_000;
    view.update(progress(25));
    nowMs = 20_000;
    view.update(progress(50, { burst: true, adapterVersion: 3 }));
    view.update(progress(60));
    view.update(progress(100, { questionsPerSecond: null, ece: null, adapterVersion: 4 }));
    assert.deepEqual(text().trimEnd().split('\n'), [
      // 75 and 50 questions at 2.5 a second.
      'answered 25 of 100: 2.50 questions/s, ECE so far 0.250, 30 s left',
      'answered 50 of 100: 2.50 questions/s, ECE so far 0.250, adapter 3, burst, 20 s left',
      'answered 100 of 100: adapter 4',
    ]);
  });

  it('draws a bar with what is left on a terminal', () => {
    const { stream, text } = captured(true);
    const view = createReplayProgressView(stream, false);
    view.update(progress(20, { burst: true }));
    view.stop();
    // 80 questions at 2.5 a second.
    assert.match(text(), /20\/100 {2}2\.50 questions\/s, ECE so far 0\.250, burst {2}32 s left/);
  });

  it('writes nothing when silent', () => {
    const { stream, text } = captured(true);
    const view = createReplayProgressView(stream, true);
    view.update(progress(20));
    view.stop();
    assert.equal(text(), '');
  });
});
