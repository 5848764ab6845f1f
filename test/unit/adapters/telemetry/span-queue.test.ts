import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SpanQueue } from '../../../../src/adapters/telemetry/span-queue.ts';

/** A queue before an exporter that answers when it is told to. */
function queueOn() {
  const given: { spans: ReadableSpan[]; done: (result: ExportResult) => void }[] = [];
  let isShut = false;
  const queue = new SpanQueue({
    export: (spans, done) => given.push({ spans, done }),
    shutdown: () => {
      isShut = true;
      return Promise.resolve();
    },
  });
  const tracer = new BasicTracerProvider({ spanProcessors: [queue] }).getTracer('test');
  const end = (count: number): void => {
    for (let i = 0; i < count; i++) tracer.startSpan('s').end();
  };
  const answer = async (result: ExportResult = { code: ExportResultCode.SUCCESS }) => {
    given.at(-1)?.done(result);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  return { queue, end, given, answer, isShut: () => isShut };
}

function troubles(): string[] {
  const told: string[] = [];
  const tell = (message: string): number => told.push(message);
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return told;
}

describe('SpanQueue', () => {
  it('hands out one batch at a time, to the last one, and then shuts the exporter', async () => {
    const { queue, end, given, answer, isShut } = queueOn();
    end(1100);
    const closed = queue.shutdown();
    for (const [i, size] of [512, 512, 76].entries()) {
      assert.deepEqual([given.length, given.at(-1)?.spans.length], [i + 1, size]);
      assert.equal(queue.sent, i);
      assert.equal(isShut(), false);
      await answer();
    }
    await closed;
    assert.equal(queue.sent, 3);
    assert.equal(isShut(), true);
    end(600);
    assert.equal(given.length, 3);
  });

  it('sends a batch that is not full after a second', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { end, given, answer } = queueOn();
    end(3);
    t.mock.timers.tick(999);
    assert.equal(given.length, 0);
    t.mock.timers.tick(1);
    assert.equal(given[0]?.spans.length, 3);
    await answer();
    end(2);
    t.mock.timers.tick(1000);
    assert.equal(given[1]?.spans.length, 2);
  });

  it('sends what ended while a batch was on its way, and what ends after that', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { end, given, answer } = queueOn();
    end(1);
    t.mock.timers.tick(1000);
    // Ends while the first is on its way, and goes out right behind it, before its own second is over.
    end(1);
    await answer();
    assert.equal(given[1]?.spans.length, 1);
    await answer();
    t.mock.timers.tick(1000);
    end(1);
    t.mock.timers.tick(1000);
    assert.equal(given[2]?.spans.length, 1);
    // The same, but its second is over while the batch before it is still on its way.
    end(1);
    t.mock.timers.tick(1000);
    await answer();
    await answer();
    end(1);
    t.mock.timers.tick(1000);
    assert.equal(given[4]?.spans.length, 1);
  });

  it('goes on after a batch that could not be sent, and tells it', async () => {
    const told = troubles();
    const { queue, end, given, answer } = queueOn();
    end(513);
    const closed = queue.shutdown();
    await answer({ code: ExportResultCode.FAILED, error: new Error('nobody there') });
    assert.equal(given.length, 2);
    await answer();
    await closed;
    assert.equal(queue.sent, 1);
    assert.deepEqual(told, ['nobody there']);
    diag.disable();
  });

  it('holds 65,536 spans, and tells how many more there were', async () => {
    const told = troubles();
    const { end, answer } = queueOn();
    // The first batch is on its way.
    end(512 + 65_536 + 10);
    assert.deepEqual(told, []);
    await answer();
    end(1);
    assert.deepEqual(told, ['10 spans were dropped: 65536 were waiting to be sent']);
    diag.disable();
  });

  it('tells at the end what was dropped last', () => {
    const told = troubles();
    const { queue, end } = queueOn();
    end(512 + 65_536 + 3);
    void queue.shutdown();
    assert.deepEqual(told, ['3 spans were dropped: 65536 were waiting to be sent']);
    diag.disable();
  });
});
