import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TraceContext } from '../../../src/ports/telemetry.ts';
import {
  contextOfHeaders,
  linksOfHeaders,
  traceHeaders,
} from '../../../src/ports/trace-headers.ts';

const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((digit) => digit.join(''))
    // All zeros name nothing, by W3C.
    .filter((text) => /[^0]/.test(text));
const traceparent = fc
  .tuple(hex(32), hex(16), fc.constantFrom('00', '01'))
  .map(([trace, span, flags]) => `00-${trace}-${span}-${flags}`);
const tracestate = fc.option(fc.constantFrom('a=1', 'vendor@x=y,b=2', 'k=v w'), { nil: undefined });
const context: fc.Arbitrary<TraceContext> = fc
  .record({ traceparent, tracestate })
  .map(({ traceparent: parent, tracestate: state }) =>
    state === undefined ? { traceparent: parent } : { traceparent: parent, tracestate: state },
  );
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('traceHeaders', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(context, fc.array(traceparent, { maxLength: 128 }), (given, links) => {
        const linked = links.map((link) => ({ traceparent: link }));
        const headers = traceHeaders(given, linked);
        assert.deepEqual(contextOfHeaders(headers), given);
        assert.deepEqual(linksOfHeaders(headers), linked);
      }),
    );
  });

  it('stand among others', () => {
    const headers = { other: bytes('x'), ...traceHeaders({ traceparent: EXAMPLE }) };
    assert.deepEqual(contextOfHeaders(headers), { traceparent: EXAMPLE });
    assert.deepEqual(linksOfHeaders(headers), []);
  });

  it('hold no more links than a span may have', () => {
    const links = Array.from({ length: 200 }, () => ({ traceparent: EXAMPLE }));
    assert.equal(linksOfHeaders(traceHeaders({ traceparent: EXAMPLE }, links)).length, 128);
  });
});

/** Of the W3C's own text. */
const EXAMPLE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('contextOfHeaders', () => {
  it('takes none that is damaged', () => {
    for (const damaged of [
      '',
      EXAMPLE.toUpperCase(),
      EXAMPLE.slice(0, -1),
      `${EXAMPLE}-more`,
      EXAMPLE.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
      EXAMPLE.replace('b7ad6b7169203331', '0'.repeat(16)),
      EXAMPLE.replace(/^00/, 'ff'),
    ])
      assert.equal(contextOfHeaders({ traceparent: bytes(damaged) }), undefined, damaged);
    assert.equal(contextOfHeaders({}), undefined);
    assert.equal(contextOfHeaders({ traceparent: new Uint8Array([0xff, 0xfe]) }), undefined);
  });

  it('leaves out a tracestate that is too long or not printable', () => {
    const state = (value: Uint8Array): unknown =>
      contextOfHeaders({ traceparent: bytes(EXAMPLE), tracestate: value })?.tracestate;
    assert.equal(state(bytes('a=1')), 'a=1');
    assert.equal(state(bytes(`a=${'1'.repeat(9000)}`)), undefined);
    assert.equal(state(bytes('a=\n')), undefined);
  });

  it('takes anything without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (parent, state, link) => {
        const headers = { traceparent: parent, tracestate: state, 'secl-link': link };
        contextOfHeaders(headers);
        linksOfHeaders(headers);
      }),
    );
  });
});
