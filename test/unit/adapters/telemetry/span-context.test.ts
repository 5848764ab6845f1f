import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSpanContextValid } from '@opentelemetry/api';
import { spanContextOf, traceContextOf } from '../../../../src/adapters/telemetry/span-context.ts';

/** Of the W3C's own text. */
const EXAMPLE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('spanContextOf', () => {
  it('comes back as it went', () => {
    for (const given of [
      { traceparent: EXAMPLE },
      { traceparent: EXAMPLE.replace(/01$/, '00') },
      { traceparent: EXAMPLE, tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE' },
    ])
      assert.deepEqual(traceContextOf(spanContextOf(given)), given);
  });

  it('is invalid for what is none', () => {
    assert.equal(isSpanContextValid(spanContextOf({ traceparent: '' })), false);
  });
});
