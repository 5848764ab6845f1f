import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceSpan } from '../../../src/events/trace-span.ts';
import { renderTrace } from '../../../src/report/render-trace.ts';

const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const span = (name: string, more: Partial<TraceSpan> = {}): TraceSpan => ({
  ...{ traceId: 't1', spanId: name, parentSpanId: 'process q', name, service: 's' },
  ...{ startMs: START, endMs: START + 100, attributes: {}, events: [], links: [], failure: null },
  ...more,
});

describe('renderTrace', () => {
  it('draws the tree with start, length and bar', () => {
    const text = renderTrace({
      questionId: 'q1',
      traces: [
        {
          traceId: 't1',
          spans: [
            span('process q', { parentSpanId: null }),
            span('chat m', {
              startMs: START + 25,
              endMs: START + 75,
              attributes: { 'secl.phase': 'answer', 'gen_ai.usage.output_tokens': 3 },
            }),
            span('gate', {
              startMs: START + 75,
              attributes: { 'secl.phase': 'gate', 'secl.gate.statistic.x': 1 },
            }),
          ],
          related: [span('train', { traceId: 't2', parentSpanId: null, failure: 'CODE: why' })],
        },
      ],
    });
    // 24 places for 100 ms: a quarter is six.
    assert.equal(
      text,
      [
        'question q1, trace t1, begun 2026-01-02T03:04:05.000Z',
        `${'process q'.padEnd(46)}       0.0    100.0 ms ${'█'.repeat(24)}`,
        `${'├─ answer (chat m)'.padEnd(46)}      25.0     50.0 ms ${'·'.repeat(6)}${'█'.repeat(12)}${'·'.repeat(6)}  out 3`,
        `${'└─ gate'.padEnd(46)}      75.0     25.0 ms ${'·'.repeat(18)}${'█'.repeat(6)}`,
        '',
        '  linked: trace t2',
        `  ${'train'.padEnd(46)}       0.0    100.0 ms ${'█'.repeat(24)}  FAILED CODE: why`,
      ].join('\n'),
    );
  });

  it('lets no record speak to the terminal', () => {
    const hostile = 'a\u001b[31m\u202eb\u0007\nc';
    const text = renderTrace({
      questionId: hostile,
      traces: [
        {
          traceId: 't1',
          spans: [
            span(hostile, {
              parentSpanId: null,
              failure: hostile,
              attributes: { 'secl.dead_letter.code': hostile },
            }),
          ],
          related: [],
        },
      ],
    });
    assert.doesNotMatch(text, /[\u001b\u202e\u0007]/);
    assert.equal(text.trimEnd().split('\n').length, 2);
  });

  it('shows the names of models whole, and cuts what is far too long with a sign', () => {
    // The default model's was cut by one letter: its bracket never closed.
    const model = 'chat qwen2.5-coder-0.5b-instruct';
    const draw = (name: string): string =>
      renderTrace({
        questionId: 'q',
        traces: [
          {
            traceId: 't1',
            spans: [
              span('process q', { parentSpanId: null }),
              span(name, { attributes: { 'secl.phase': 'verbalize' } }),
            ],
            related: [],
          },
        ],
      });
    const [, root = '', child = ''] = draw(model).split('\n');
    assert.ok(child.startsWith(`└─ verbalize (${model}) `), child);
    assert.equal(root.indexOf('0.0'), child.indexOf('0.0', child.indexOf(')')));
    assert.match(draw('x'.repeat(200)), /^└─ verbalize \(x{49}… /m);
  });

  it('draws a span without length', () => {
    const text = renderTrace({
      questionId: 'q',
      traces: [{ traceId: 't1', spans: [span('x', { endMs: START })], related: [] }],
    });
    assert.match(text, /x +0\.0 +0\.0 ms █·{23}/);
  });
});
