import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kafkaSkip, startKafka } from '../support/kafka-server.ts';
import {
  phoenixSkip,
  startPhoenix,
  type PhoenixServer,
  type PhoenixSpan,
} from '../support/phoenix-server.ts';
import { secl, startSecl, startWorker, until } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { topicsYaml } from '../support/topics-yaml.ts';

/** Questions of two kinds, one after the other, with labels; the sixth record is no question. */
function writeStream(file: string, count: number, prefix = 'q'): void {
  const lines = Array.from({ length: count }, (_, i) =>
    i === 5
      ? '{"id":"broken"}'
      : JSON.stringify({
          id: `${prefix}${i}`,
          question:
            i < count / 2 ? `What is the colour of thing ${i}?` : `What is ${i} plus ${i + 1}?`,
          accepted: [i % 2 === 0 ? 'red' : String(2 * i + 1)],
        }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
}

const idOf = ({ attributes }: PhoenixSpan): unknown => attributes['secl.question.id'];
const phaseOf = ({ attributes }: PhoenixSpan): unknown => attributes['secl.phase'];

describe('Arize Phoenix', { skip: phoenixSkip() }, () => {
  const folder = temporaryFolder();
  let phoenix: PhoenixServer;
  /** Waits for spans that fit, as Phoenix has them. */
  const found = async (
    enough: (spans: readonly PhoenixSpan[]) => boolean,
  ): Promise<readonly PhoenixSpan[]> => {
    let spans: readonly PhoenixSpan[] = [];
    await until(async () => enough((spans = await phoenix.spans())));
    return spans;
  };

  before(async () => {
    phoenix = await startPhoenix();
    // Whatever process is started now sends its traces there.
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = phoenix.url;
  });
  after(() => phoenix.stop());

  it('shows a replay with inputs, outputs, token counts and evaluations', async () => {
    const stream = path.join(folder, 'watched.jsonl');
    const topology = path.join(folder, 'watched.yaml');
    writeStream(stream, 40);
    writeFileSync(
      topology,
      'version: 1\nname: watched\ngate: { kind: drift, warmUp: 4, burst: 12 }\ncalibration: { size: 20 }\ntelemetry: { captureContent: true }\n',
    );
    const { code, err } = secl(
      ...['replay', stream, '--model', 'stand-in', '--topology', topology],
      ...['--run', path.join(folder, 'watched')],
    );
    assert.equal(code, 0, err);
    const spans = await found((all) => all.filter((span) => idOf(span) !== undefined).length >= 40);
    const answers = spans.filter((span) => phaseOf(span) === 'answer');
    assert.equal(answers.length, 39);
    for (const { span_kind: kind, attributes, events } of answers) {
      for (const name of [
        ...['gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.usage.input_tokens'],
        ...['gen_ai.usage.output_tokens', 'gen_ai.evaluation.score.value'],
        'gen_ai.evaluation.score.label',
      ])
        assert.notEqual(attributes[name], undefined, name);
      assert.ok(events?.some(({ name }) => name === 'gen_ai.evaluation.result'));
      // What Phoenix made of them for its own page.
      assert.equal(kind, 'LLM');
      assert.match(String(attributes['llm.input_messages.1.message.content']), /^What is /);
      assert.equal(typeof attributes['llm.output_messages.0.message.content'], 'string');
      assert.equal(attributes['llm.token_count.prompt'], attributes['gen_ai.usage.input_tokens']);
      assert.equal(
        attributes['llm.token_count.completion'],
        attributes['gen_ai.usage.output_tokens'],
      );
    }
  });

  it('joins a worker and a trainer on Kafka', { skip: kafkaSkip() }, async (t) => {
    const name = `phoenix-${process.pid}-${Date.now()}`;
    const kafka = await startKafka();
    t.after(kafka.stop);
    const stream = path.join(folder, 'joined.jsonl');
    const topology = path.join(folder, 'joined.yaml');
    writeStream(stream, 60);
    writeFileSync(
      topology,
      `
version: 1
name: joined
topics: ${topicsYaml(name)}
batch: { maxWaitMs: 20 }
gate: { kind: always }
confidence: { evidence: token-certainty }
training: { mode: async, trainer: service }
calibration: { size: 20 }
broker: { kind: kafka, brokers: "${kafka.brokers.join(',')}", group: ${name}, folder: ${folder}, partitions: 1 }
`,
    );
    const place = ['--topology', topology];
    assert.equal(secl('topics', 'create', ...place).code, 0);
    const trainer = startSecl('trainer', '--model', 'stand-in', '--json', ...place);
    const worker = startWorker(...place);
    t.after(async () => {
      trainer.child.kill('SIGKILL');
      worker.child.kill('SIGKILL');
      await Promise.all([trainer.ended, worker.ended]);
    });
    const inPipeline = (spans: readonly PhoenixSpan[]): readonly PhoenixSpan[] =>
      spans.filter(({ attributes }) => attributes['messaging.destination.name'] === `${name}.q`);
    const adapted = (span: PhoenixSpan): boolean =>
      idOf(span) !== undefined && Number(span.attributes['secl.adapter.version']) > 0;
    // Questions come until an adapter acts on some.
    let sent = 0;
    await found((all) => {
      const roots = inPipeline(all).filter((span) => idOf(span) !== undefined);
      if (roots.length === sent) {
        sent += 60;
        writeStream(stream, 60, `round-${sent}-`);
        assert.equal(secl('send', stream, ...place).code, 0);
      }
      return roots.some(adapted);
    });
    worker.child.kill('SIGTERM');
    assert.equal((await worker.ended).code, 0);
    trainer.child.kill('SIGTERM');
    assert.equal((await trainer.ended).code, 0);
    // What ends a process sends the rest.
    const spans = await phoenix.spans();
    const traceOf = ({ context }: PhoenixSpan): readonly PhoenixSpan[] =>
      spans.filter((span) => span.context.trace_id === context.trace_id);

    const swapped = inPipeline(spans).find(adapted);
    const version = swapped?.attributes['secl.adapter.version'];
    const trained = spans.find(
      (span) =>
        span.name === 'train' &&
        span.attributes['secl.adapter.version'] === version &&
        traceOf(span).some((other) => inPipeline([other]).length > 0),
    );
    assert.ok(trained !== undefined, `the step that made adapter ${String(version)}`);
    // The trainer's step stands below what the worker sent: one trace of two processes.
    const [batch, learn, ...others] = traceOf(trained)
      .filter(({ name: what }) => !['train', 'adapter accepted'].includes(what))
      .toSorted((a) => (a.parent_id === null ? -1 : 1));
    assert.equal(batch?.name, `process batch of ${name}.q`);
    assert.equal(learn?.name, 'send training batch');
    assert.equal(learn.parent_id, batch.context.span_id);
    assert.equal(trained.parent_id, learn.context.span_id);
    assert.equal(trained.attributes['secl.batch.id'], learn.attributes['secl.batch.id']);
    assert.deepEqual(others, []);
    // A question of that batch, from being read to being committed.
    const question = inPipeline(spans).find(
      ({ name: what, attributes }) =>
        what === `process ${name}.q` &&
        attributes['kafka.offset'] === batch.attributes['secl.record.first_offset'],
    );
    assert.ok(question !== undefined);
    assert.ok(Number(question.attributes['secl.gate.burst']) > 0);
    assert.deepEqual(
      new Set(traceOf(question).map(phaseOf)),
      new Set([
        ...[undefined, 'consume', 'answer', 'verbalize', 'gate', 'score', 'publish', 'commit'],
      ]),
    );
    // What became of its adapter.
    assert.ok(
      spans.some(
        ({ name: what, attributes }) =>
          what === 'adapter accepted' && attributes['secl.adapter.active_version'] === version,
      ),
    );
  });
});
