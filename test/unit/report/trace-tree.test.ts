import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceSpan } from '../../../src/events/trace-span.ts';
import { traceTree, type TraceNode } from '../../../src/report/trace-tree.ts';

const span = (spanId: string, parentSpanId: string | null, startMs: number): TraceSpan => ({
  ...{ traceId: 't', spanId, parentSpanId, name: spanId, service: 's', startMs, endMs: 9 },
  ...{ attributes: {}, events: [], links: [], failure: null },
});
const shape = (nodes: readonly TraceNode[]): unknown =>
  nodes.map(({ span: { spanId }, children }) =>
    children.length === 0 ? spanId : [spanId, shape(children)],
  );

describe('traceTree', () => {
  it('is ordered by beginning, whatever the order of the spans', () => {
    const spans = [span('b', 'r', 2), span('c', 'a', 3), span('a', 'r', 1), span('r', null, 0)];
    assert.deepEqual(shape(traceTree(spans)), [['r', [['a', ['c']], 'b']]]);
    assert.deepEqual(traceTree(spans.toReversed()), traceTree(spans));
  });

  it('takes what another process began as a root, and doubles once', () => {
    const spans = [span('a', 'elsewhere', 0), span('b', 'a', 1), span('b', 'a', 1)];
    assert.deepEqual(shape(traceTree(spans)), [['a', ['b']]]);
  });

  it('does not run in circles', () => {
    assert.deepEqual(traceTree([span('a', 'b', 0), span('b', 'a', 1)]), []);
    assert.deepEqual(traceTree([]), []);
  });
});
