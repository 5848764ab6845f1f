import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../../src/adapters/embedded-log/open-embedded-log.ts';
import { openTelemetry } from '../../src/adapters/telemetry/open-telemetry.ts';
import { loadStream } from '../../src/app/load-stream.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { traceOfQuestion } from '../../src/app/trace-of-question.ts';
import { contextOfHeaders, linksOfHeaders, traceHeaders } from '../../src/ports/trace-headers.ts';
import { otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const runFolder = join(folder, 'run');
const stream = join(folder, 'stream.jsonl');
const topology = join(folder, 'topology.yaml');
const cli = fileURLToPath(
  new URL(`../../src/cli/main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);
/** The stream begins with a burst of eight questions; the fifth record is no question. */
const ASKED = 20;
const BURST = 8;
const BROKEN = 4;
/** A question of the first batch. */
const WATCHED = 'q2';

const spans: ReceivedSpan[] = [];
let clientTrace = '';

/** What `secl` prints. */
async function secl(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, cli, ...args],
    {
      env: { ...process.env, ...env },
    },
  );
  return stdout;
}

/** The only received span that fits. */
function one(what: string, fits: (span: ReceivedSpan) => boolean): ReceivedSpan {
  const found = spans.filter(fits);
  assert.equal(found.length, 1, `${found.length} spans are ${what}`);
  return found[0]!;
}

const idOf = ({ attributes }: ReceivedSpan): unknown => attributes['secl.question.id'];
const phaseOf = ({ attributes }: ReceivedSpan): unknown => attributes['secl.phase'];

before(async () => {
  const lines = Array.from({ length: ASKED }, (_, i) =>
    i === BROKEN
      ? '{"id":"broken"}'
      : JSON.stringify({
          id: `q${i}`,
          question: `What is the colour of thing ${i}?`,
          accepted: ['red'],
          domain: 'things',
        }),
  );
  await writeFile(stream, `${lines.join('\n')}\n`);
  await writeFile(
    topology,
    `version: 1
name: traced
batch: { maxBatch: 4 }
gate: { kind: drift, warmUp: 4, burst: ${BURST} }
confidence: { evidence: token-certainty }
telemetry: { traces: { ratio: 0 }, captureContent: true }
`,
  );
  const receiver = await otlpReceiver();

  // The first process asks the question, in a trace of its own.
  const client = await openTelemetry({
    traces: [{ kind: 'otlp-http', url: `${receiver.url}/v1/traces` }],
    metrics: [],
    ratio: 1,
    captureContent: false,
    resource: { 'service.name': 'asker' },
    onWarning: (message) => assert.fail(message),
  });
  const asked = client.span('send qa.questions', { kind: 'producer', startMs: Date.now() });
  [, clientTrace = ''] = asked.context.traceparent.split('-');
  const codecs = openRecordCodecs();
  const log = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
  await log.ensureTopics([{ name: 'qa.questions' }]);
  const { items } = await loadStream(stream, { limit: undefined, seed: 1 });
  await log.append(
    items.map((item) => ({
      topic: 'qa.questions',
      partition: 0,
      key: 'bytes' in item ? null : Buffer.from(item.question.id),
      value: 'bytes' in item ? item.bytes : codecs.question.encode(item.question),
      headers:
        !('bytes' in item) && item.question.id === WATCHED ? traceHeaders(asked.context) : {},
    })),
  );
  await log.close();
  asked.end(Date.now());
  await client.close();

  // The second one answers it, and trains.
  await secl(
    ['replay', stream, '--model', 'stand-in', '--topology', topology, '--run', runFolder],
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-who=me',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    },
  );
  spans.push(...receiver.spans);
  assert.equal(receiver.headers.at(-1)?.['x-who'], 'me');
  await receiver.close();
});

describe('a question of a burst, over two processes and the trainer', () => {
  it('is one trace, from who asked to the commit', () => {
    const root = one('its root', (span) => idOf(span) === WATCHED);
    const asked = one('the question', ({ service }) => service === 'asker');
    assert.equal(root.traceId, clientTrace);
    assert.equal(root.parentSpanId, asked.spanId);
    assert.equal(root.service, 'secl-replay');
    assert.equal(root.kind, 5);
    const children = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
    assert.deepEqual(
      children.toSorted((a, b) => a.startMs - b.startMs).map((span) => [phaseOf(span), span.name]),
      [
        ['consume', 'poll qa.questions'],
        ['answer', 'chat stand-in'],
        ['verbalize', 'chat stand-in'],
        ['gate', 'gate'],
        ['score', 'score'],
        ['publish', 'send qa.answers'],
        ['commit', 'commit qa.questions'],
      ],
    );
    let before = root.startMs;
    for (const child of children.toSorted((a, b) => a.startMs - b.startMs)) {
      assert.equal(child.traceId, clientTrace);
      assert.ok(child.startMs >= before - 0.002 && child.endMs <= root.endMs + 0.002, child.name);
      before = child.endMs;
    }
    assert.equal(spans.filter(({ traceId }) => traceId === clientTrace).length, 9);
  });

  it('says what the conventions ask for', () => {
    const root = one('its root', (span) => idOf(span) === WATCHED);
    const of = (phase: string): ReceivedSpan =>
      one(phase, (span) => span.parentSpanId === root.spanId && phaseOf(span) === phase);
    const { attributes } = root;
    assert.equal(attributes['messaging.operation.name'], 'process');
    assert.equal(attributes['messaging.operation.type'], 'process');
    assert.equal(attributes['messaging.destination.name'], 'qa.questions');
    assert.equal(attributes['messaging.destination.partition.id'], '0');
    assert.equal(attributes['messaging.consumer.group.name'], 'secl-answering');
    assert.equal(attributes['secl.gate.burst'], 1);
    const answer = of('answer');
    assert.equal(answer.kind, 3);
    assert.equal(answer.attributes['gen_ai.operation.name'], 'chat');
    assert.equal(answer.attributes['gen_ai.request.model'], 'stand-in');
    assert.ok(Number(answer.attributes['gen_ai.usage.input_tokens']) > 10);
    assert.ok(Number(answer.attributes['gen_ai.usage.output_tokens']) >= 1);
    const [event, ...others] = answer.events;
    assert.deepEqual(others, []);
    assert.equal(event?.name, 'gen_ai.evaluation.result');
    const value = attributes['secl.confidence.value'];
    assert.deepEqual(event.attributes, {
      'gen_ai.evaluation.name': 'verbalizedWithEvidence',
      'gen_ai.evaluation.score.value': value,
      'gen_ai.evaluation.score.label':
        Number(value) < 1 / 3 ? 'low' : Number(value) < 2 / 3 ? 'medium' : 'high',
    });
    // The texts were asked for.
    assert.match(String(answer.attributes['gen_ai.input.messages']), /colour of thing 2/);
    assert.equal(of('publish').kind, 4);
    assert.equal(of('commit').attributes['messaging.operation.type'], 'settle');
  });

  it('leads to its batch, the training step and the adapter, and back', () => {
    const root = one('its root', (span) => idOf(span) === WATCHED);
    const linksTo = (span: ReceivedSpan, to: ReceivedSpan): boolean =>
      span.links.some(({ spanId, traceId }) => spanId === to.spanId && traceId === to.traceId);
    const batch = one(
      'its batch',
      (span) => span.name === 'process batch of qa.questions' && linksTo(span, root),
    );
    assert.ok(linksTo(root, batch));
    assert.equal(batch.attributes['messaging.batch.message_count'], 4);
    assert.equal(batch.links.length, 4);
    const send = one(
      'the training batch of that batch',
      (span) => span.name === 'send training batch' && span.parentSpanId === batch.spanId,
    );
    assert.ok(linksTo(send, root));
    const step = one('its step', ({ parentSpanId }) => parentSpanId === send.spanId);
    assert.equal(step.name, 'train');
    assert.equal(step.attributes['secl.batch.id'], send.attributes['secl.batch.id']);
    assert.ok(linksTo(step, root));
    const swap = one(
      'the decision about its adapter',
      (span) => span.name.startsWith('adapter ') && linksTo(span, step),
    );
    assert.equal(swap.attributes['secl.adapter.version'], 1);
    assert.notEqual(swap.traceId, step.traceId);
  });

  it('carries its context in the records it causes', async () => {
    const log = await openEmbeddedLog({ folder: join(runFolder, 'log'), clock: SYSTEM_CLOCK });
    try {
      const codecs = openRecordCodecs();
      const headersOf = async (
        topic: string,
      ): Promise<{ value: Uint8Array; spanId: string | undefined; links: number }[]> => {
        const found = [];
        for await (const { value, headers } of log.read(topic, 0, 0n)) {
          const [, , spanId] = contextOfHeaders(headers)?.traceparent.split('-') ?? [];
          found.push({ value: value!, spanId, links: linksOfHeaders(headers).length });
        }
        return found;
      };
      const root = one('its root', (span) => idOf(span) === WATCHED);
      const sent = one(
        'what sent it',
        (span) => span.parentSpanId === root.spanId && phaseOf(span) === 'publish',
      );
      const answers = await headersOf('qa.answers');
      const answer = answers.find(({ value }) => {
        const decoded = codecs.answer.decode(value);
        return decoded.ok && decoded.value.questionId === WATCHED;
      });
      assert.equal(answer?.spanId, sent.spanId);
      const [batch] = await headersOf('qa.training-batches');
      assert.ok(
        spans.some((span) => span.name === 'send training batch' && span.spanId === batch?.spanId),
      );
      assert.equal(batch?.links, 4);
      const [adapter] = await headersOf('qa.adapters');
      assert.ok(spans.some(({ name, spanId }) => name === 'train' && spanId === adapter?.spanId));
    } finally {
      await log.close();
    }
  });
});

describe('sampling', () => {
  it('keeps bursts and dead letters at ratio 0, and nothing else', () => {
    const roots = spans.filter((span) => idOf(span) !== undefined);
    const kept = roots.map(idOf);
    const letter = `qa.questions/0/${BROKEN}`;
    assert.ok(kept.includes(letter));
    const bursting = roots.filter(({ attributes }) => Number(attributes['secl.gate.burst']) > 0);
    // Eight of the answered ones begin the stream; the gate may find more.
    assert.ok(bursting.length >= BURST && bursting.length < ASKED - 1);
    assert.equal(kept.length, bursting.length + 1);
    const failed = one('the dead letter', (span) => idOf(span) === letter);
    assert.notEqual(failed.failure, null);
    assert.equal(failed.attributes['error.type'], 'RECORD_INVALID');
  });

  it('says nothing of what it left out but keeps its batches whole', () => {
    const batches = spans.filter(({ name }) => name === 'process batch of qa.questions');
    const known = new Set(spans.map(({ spanId }) => spanId));
    for (const { links } of batches)
      for (const { spanId } of links) assert.ok(known.has(spanId), 'a link leads somewhere');
  });
});

describe('secl trace', () => {
  it('finds in the folder what went out', async () => {
    const { traces } = await traceOfQuestion({ questionId: WATCHED, runFolder });
    assert.equal(traces.length, 1);
    const trace = traces[0]!;
    const own = spans.filter(
      ({ traceId, service }) => traceId === clientTrace && service !== 'asker',
    );
    assert.deepEqual(
      new Set(trace.spans.map(({ spanId }) => spanId)),
      new Set(own.map(({ spanId }) => spanId)),
    );
    assert.ok(trace.related.some(({ name }) => name === 'train'));
    assert.ok(trace.related.some(({ name }) => name.startsWith('adapter ')));
  });

  it('draws it without a server', async () => {
    const drawn = await secl(['trace', WATCHED, '--run', runFolder]);
    assert.match(drawn, /^question q2, trace [0-9a-f]{32}/);
    for (const line of [
      /^process qa\.questions +0\.0 +\d+\.\d ms █/m,
      /^├─ answer \(chat stand-in\) .* in \d+, out \d+/m,
      /^└─ commit \(commit qa\.questions\)/m,
      /^ +└─ train /m,
    ])
      assert.match(drawn, line);
    const json = JSON.parse(await secl(['trace', WATCHED, '--run', runFolder, '--json'])) as {
      questionId: string;
    };
    assert.equal(json.questionId, WATCHED);
  });

  it('says what to do where there is nothing', async () => {
    await assert.rejects(secl(['trace', 'nobody', '--run', runFolder]), (error: Error) => {
      assert.match(error.message, /no question "nobody" was traced/);
      return true;
    });
    await assert.rejects(secl(['trace', 'q2', '--run', folder]), /there are no traces in/);
  });
});
