import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { lineExporter } from '../../../../src/adapters/telemetry/line-exporter.ts';
import { spansOfLine } from '../../../../src/adapters/telemetry/read-spans.ts';

/** Three spans of two traces, the first and the last of one. */
function spans(): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  const tracer = provider.getTracer('t');
  const [a, b] = [tracer.startSpan('a'), tracer.startSpan('b')];
  a.end();
  b.end();
  const [first, second] = memory.getFinishedSpans();
  return [first!, second!, first!];
}

it('writes a line a call, or a line a trace, in order, and reports what fails', async () => {
  const written: string[] = [];
  let broken = false;
  const append = (lines: string): Promise<void> => {
    if (broken) return Promise.reject(new Error('no space left'));
    written.push(lines);
    return Promise.resolve();
  };
  const codes: unknown[] = [];
  const whole = lineExporter(append, false);
  whole.export(spans(), ({ code }) => codes.push(code));
  await whole.forceFlush?.();
  const byTrace = lineExporter(append, true);
  byTrace.export(spans(), ({ code }) => codes.push(code));
  await byTrace.forceFlush?.();
  const names = written.map((lines) =>
    lines
      .trim()
      .split('\n')
      .map((line) => spansOfLine(line).map(({ name }) => name)),
  );
  assert.deepEqual(names, [[['a', 'b', 'a']], [['a', 'a'], ['b']]]);
  broken = true;
  byTrace.export(spans(), ({ code, error }) => codes.push(code, error?.message));
  await byTrace.shutdown();
  assert.deepEqual(codes, [0, 0, 1, 'no space left']);
});
