import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { openTelemetry } from '../../../src/adapters/telemetry/open-telemetry.ts';
import { traceOfQuestion } from '../../../src/app/trace-of-question.ts';
import { renderTraceOf } from '../../../src/app/render-trace-of.ts';
import type { Telemetry, TraceContext } from '../../../src/ports/telemetry.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const root = temporaryFolder();
const START = 1_700_000_000_000;

function open(run: string): Promise<Telemetry> {
  return openTelemetry({
    traces: [{ kind: 'store', folder: join(root, run, 'traces'), maxBytes: 1e6 }],
    ...{ metrics: [], ratio: 1, captureContent: false, resource: { 'service.name': 's' } },
    onWarning: (message) => assert.fail(message),
  });
}

/** A finished span; its context. */
function span(
  telemetry: Telemetry,
  name: string,
  attributes: Record<string, string>,
  more: { parent?: TraceContext; links?: TraceContext[] } = {},
): TraceContext {
  const made = telemetry.span(name, { startMs: START, attributes, ...more });
  made.end(START + 1);
  return made.context;
}

before(async () => {
  const telemetry = await open('old/run');
  const asked = (id: string, offset: number): TraceContext =>
    span(telemetry, 'process', {
      'secl.question.id': id,
      'secl.question.position': `q/0/${offset}`,
    });
  const first = asked('a', 0);
  const again = asked('a', 1);
  asked('ab', 2);
  const hostile = asked('"a"', 3);
  // The batch of the first; a step that learnt from it; the adapter's decision in a later batch's trace.
  const batch = span(telemetry, 'process batch of q', {}, { links: [first, again, hostile] });
  const step = span(telemetry, 'train', {}, { parent: batch, links: [first] });
  const later = span(telemetry, 'process batch of q', {});
  span(telemetry, 'adapter accepted', {}, { parent: later, links: [step] });
  span(telemetry, 'adapter refused', {}, { parent: later });
  await telemetry.close();
  const newer = await open('new');
  span(newer, 'process', { 'secl.question.id': 'z' });
  await newer.close();
});

describe('traceOfQuestion', () => {
  const runFolder = join(root, 'old/run');

  it('finds each time a question was asked, newest first, with what is linked', async () => {
    const { traces } = await traceOfQuestion({ questionId: 'a', runFolder });
    assert.deepEqual(
      traces.map(({ spans }) =>
        spans.map(({ attributes }) => attributes['secl.question.position']),
      ),
      [['q/0/1'], ['q/0/0']],
    );
    // The decision about the adapter is of those who taught it, the other decision is nobody's here.
    assert.deepEqual(
      traces.map(({ related }) => related.map(({ name }) => name)),
      [
        ['process batch of q', 'train'],
        ['process batch of q', 'train', 'adapter accepted'],
      ],
    );
    assert.match(renderTraceOf({ questionId: 'a', traces }), /^question a, trace/);
  });

  it('finds it by its position, and takes an id literally', async () => {
    const [trace] = (await traceOfQuestion({ questionId: 'q/0/2', runFolder })).traces;
    assert.equal(trace?.spans[0]?.attributes['secl.question.id'], 'ab');
    const quoted = await traceOfQuestion({ questionId: '"a"', runFolder });
    assert.equal(quoted.traces.length, 1);
  });

  it('looks in the run that was traced last', async () => {
    const { traces } = await traceOfQuestion({ questionId: 'z', runRoot: root });
    assert.equal(traces.length, 1);
  });

  it('looks further where that run does not know the question', async () => {
    // The page of a run offers the command without a folder; after another run it found nothing.
    const { traces } = await traceOfQuestion({ questionId: 'a', runRoot: root });
    assert.equal(traces.length, 2);
  });

  it('says what is not there', async () => {
    await assert.rejects(traceOfQuestion({ questionId: 'b', runFolder }), {
      code: 'USAGE',
      message: `no question "b" was traced in ${runFolder}`,
    });
    await assert.rejects(traceOfQuestion({ questionId: 'b', runRoot: root }), {
      code: 'USAGE',
      message: `no question "b" was traced in any run under ${root}`,
    });
    await assert.rejects(traceOfQuestion({ questionId: 'a', runFolder: root }), {
      code: 'FILE_UNREADABLE',
    });
    await assert.rejects(traceOfQuestion({ questionId: 'a', runRoot: join(root, 'nowhere') }), {
      code: 'FILE_UNREADABLE',
    });
  });
});
