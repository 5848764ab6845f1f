import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openTelemetry } from '../../../../src/adapters/telemetry/open-telemetry.ts';
import { readSpans, spansOfLine } from '../../../../src/adapters/telemetry/read-spans.ts';
import type { TelemetrySettings } from '../../../../src/adapters/telemetry/telemetry-settings.ts';
import { grpcReceiver } from '../../../support/grpc-receiver.ts';
import { otlpReceiver } from '../../../support/otlp-receiver.ts';
import { freePort } from '../../../support/free-port.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const root = temporaryFolder();
const settings = (more: Partial<TelemetrySettings>): TelemetrySettings => ({
  traces: [],
  metrics: [],
  ratio: 1,
  captureContent: false,
  resource: { 'service.name': 'test' },
  onWarning: (message) => assert.fail(message),
  ...more,
});
const START = 1_700_000_000_123.456;

describe('openTelemetry', () => {
  it('sends what is said of a span, to a receiver, a file and the store alike', async () => {
    const receiver = await otlpReceiver();
    const file = join(root, 'spans.jsonl');
    const folder = join(root, 'store');
    const telemetry = await openTelemetry(
      settings({
        traces: [
          { kind: 'otlp-http', url: `${receiver.url}/v1/traces` },
          { kind: 'file', path: file },
          { kind: 'store', folder, maxBytes: 1e6 },
        ],
      }),
    );
    const other = telemetry.span('other', { startMs: START });
    const parent = telemetry.span('parent', { kind: 'consumer', startMs: START });
    const child = telemetry.span('child', {
      kind: 'client',
      parent: parent.context,
      startMs: START + 0.5,
      links: [other.context],
      attributes: { text: 'a', number: 1.5, flag: true, list: ['b', 'c'] },
    });
    child.set({ more: 2 });
    child.event('happened', { why: 'x' }, START + 1);
    child.fail('CODE', 'because');
    child.end(START + 2);
    parent.end(START + 3);
    other.end(START + 1);
    await telemetry.close();
    await receiver.close();

    const kept = await readSpans(folder, ['child']);
    const written = (await readFile(file, 'utf8')).trim().split('\n').flatMap(spansOfLine);
    for (const spans of [receiver.spans, kept, written]) {
      const found = spans.find(({ name }) => name === 'child');
      assert.ok(found !== undefined);
      const [, traceId, parentSpanId] = parent.context.traceparent.split('-');
      assert.equal(found.traceId, traceId);
      assert.equal(found.parentSpanId, parentSpanId);
      assert.equal(found.service, 'test');
      // A double holds an epoch to about a quarter of a microsecond.
      assert.ok(Math.abs(found.startMs - (START + 0.5)) < 0.002);
      assert.ok(Math.abs(found.endMs - (START + 2)) < 0.002);
      assert.deepEqual(found.attributes, {
        ...{ text: 'a', number: 1.5, flag: true, list: ['b', 'c'] },
        ...{ more: 2, 'error.type': 'CODE' },
      });
      assert.deepEqual(
        found.events.map(({ name }) => name),
        ['happened'],
      );
      const [, linked, linkedSpan] = other.context.traceparent.split('-');
      assert.deepEqual(found.links, [{ traceId: linked, spanId: linkedSpan }]);
      assert.match(found.failure ?? '', /because$/);
    }
    // One line a trace in the store.
    assert.equal(kept.length, 2);
  });

  it('speaks gRPC', async () => {
    const receiver = await grpcReceiver();
    const { url } = receiver;
    const telemetry = await openTelemetry(
      settings({
        traces: [{ kind: 'otlp-grpc', url }],
        metrics: [{ kind: 'otlp-grpc', url, intervalMs: 60_000 }],
      }),
    );
    telemetry.span('called', { startMs: START }).end(START + 1);
    telemetry.measure('secl.training.share', 0.5);
    await telemetry.close();
    await receiver.close();
    assert.deepEqual(receiver.calls.map(({ path }) => path).toSorted(), [
      '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    ]);
    const sent = JSON.stringify(receiver.calls);
    assert.match(sent, /"name":"called"/);
    assert.match(sent, /"name":"secl\.training\.share"/);
  });

  it('cuts long texts', async () => {
    const file = join(root, 'long.jsonl');
    const telemetry = await openTelemetry(settings({ traces: [{ kind: 'file', path: file }] }));
    telemetry
      .span('long', { startMs: START, attributes: { text: 'x'.repeat(1e6) } })
      .end(START + 1);
    await telemetry.close();
    const [span] = spansOfLine(await readFile(file, 'utf8'));
    assert.equal(String(span?.attributes['text']).length, 16 * 1024);
  });

  it('loses no span of fifty thousand at once', async () => {
    const file = join(root, 'many.jsonl');
    const telemetry = await openTelemetry(settings({ traces: [{ kind: 'file', path: file }] }));
    for (let i = 0; i < 50_000; i++)
      telemetry.span(`s${i}`, { startMs: START, keep: true }).end(START + 1);
    await telemetry.close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    assert.equal(lines.flatMap(spansOfLine).length, 50_000);
  });

  it('loses none of more than a receiver is sent at a time', async () => {
    const receiver = await otlpReceiver();
    const url = `${receiver.url}/v1/traces`;
    const telemetry = await openTelemetry(settings({ traces: [{ kind: 'otlp-http', url }] }));
    // 40 batches; the exporter takes 30 at once.
    for (let i = 0; i < 40 * 512; i++)
      telemetry.span('s', { startMs: START, keep: true }).end(START + 1);
    await telemetry.close();
    await receiver.close();
    assert.equal(receiver.spans.length, 40 * 512);
  });

  it('warns of a receiver that is not there, in a line each, and goes on', async () => {
    const url = `http://127.0.0.1:${await freePort()}/v1`;
    for (const target of [
      { traces: [{ kind: 'otlp-http', url: `${url}/traces` }] },
      { metrics: [{ kind: 'otlp-http', url: `${url}/metrics`, intervalMs: 20 }] },
    ] as const) {
      const warnings: string[] = [];
      const telemetry = await openTelemetry(
        settings({ ...target, onWarning: (message) => warnings.push(message) }),
      );
      telemetry.span('lost', { startMs: START }).end(START + 1);
      telemetry.measure('secl.answers', 1);
      for (let waited = 0; waited < 2000 && 'metrics' in target && warnings.length === 0; waited++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      await telemetry.close();
      assert.ok(warnings.length >= 1 && warnings.length <= 3, warnings.join('\n'));
      // The SDK says some of its troubles as JSON with a stack.
      for (const warning of warnings) assert.match(warning, /^telemetry: [^{}\n]+$/);
    }
  });

  it('records nothing where spans go nowhere', async () => {
    const telemetry = await openTelemetry(settings({}));
    const span = telemetry.span('x', { startMs: START, keep: true });
    assert.equal(span.recording, false);
    // Whoever reads what it caused sees that nobody keeps it.
    assert.match(span.context.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    await telemetry.close();
  });
});
