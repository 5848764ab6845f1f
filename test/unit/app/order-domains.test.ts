import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distinctOrders, orderDomains, sampleDomains } from '../../../src/app/order-domains.ts';
import type { ReplayInput, ReplayItem } from '../../../src/app/replay-input.ts';

const item = (id: string, domain: string | null): ReplayItem => ({
  question: {
    id,
    text: id,
    style: 'short',
    choices: [],
    domain,
    givenAnswer: null,
    deadlineMs: null,
  },
  feedback: null,
});
const bytes: ReplayItem = { bytes: new Uint8Array([1]) };
const input: ReplayInput = {
  name: 'stream',
  hash: 'hash',
  items: [
    item('a1', 'a'),
    item('a2', 'a'),
    bytes,
    item('b1', 'b'),
    item('n1', null),
    item('a3', 'a'),
    item('c1', 'c'),
    item('b2', 'b'),
  ],
};
const idsOf = ({ items }: ReplayInput): string =>
  items.map((each) => ('question' in each ? each.question.id : '!')).join(' ');

describe('orderDomains', () => {
  it('leaves the stream alone at 0', () => {
    assert.equal(orderDomains(input, 0), input);
  });

  it('puts whole domains in another order, their questions in their own', () => {
    const orders = Array.from({ length: 30 }, (_, i) => orderDomains(input, i + 1));
    for (const ordered of orders) {
      const text = idsOf(ordered);
      for (const block of ['a1 a2 ! a3', 'b1 b2', 'n1', 'c1'])
        assert.ok(text.includes(block), text);
      assert.equal(ordered.items.length, input.items.length);
    }
    assert.equal(new Set(orders.map(({ hash }) => hash)).size, 30);
    // 24 orders of four domains; 30 draws that show three or fewer would be no shuffle.
    assert.ok(new Set(orders.map(idsOf)).size > 8);
    assert.equal(idsOf(orderDomains(input, 3)), idsOf(orderDomains(input, 3)));
  });
});

describe('distinctOrders', () => {
  const blocks = (...domains: readonly string[]): ReplayInput => ({
    ...input,
    items: domains.flatMap((domain) => [item(`${domain}1`, domain), item(`${domain}2`, domain)]),
  });

  it('passes over shuffles that repeat an order', () => {
    // n domains have n! orders; half of all shuffles of two are the stream's own.
    for (const [stream, all] of [
      [blocks('a'), 1],
      [blocks('a', 'b'), 2],
      [blocks('a', 'b', 'c'), 6],
    ] as const) {
      const orders = distinctOrders(stream, 9);
      assert.equal(orders[0], 0);
      assert.equal(orders.length, all);
      assert.equal(new Set(orders.map((order) => idsOf(orderDomains(stream, order)))).size, all);
      assert.deepEqual(distinctOrders(stream, 1), [0]);
    }
  });

  it('counts a stream whose domains are mixed as an order of its own', () => {
    const { items } = blocks('a', 'b');
    const mixed = { ...input, items: [items[0], items[2], items[1], items[3]] as ReplayItem[] };
    assert.equal(distinctOrders(mixed, 9).length, 3);
  });
});

describe('sampleDomains', () => {
  it('takes so many of each domain in the order of the stream, of small ones all', () => {
    const sample = sampleDomains(input, 2, 1);
    const ids = idsOf(sample).split(' ');
    assert.equal(ids.filter((id) => id.startsWith('a') || id === '!').length, 2);
    assert.deepEqual(
      ids.filter((id) => /[bcn]/.test(id)),
      ['b1', 'n1', 'c1', 'b2'],
    );
    assert.notEqual(sample.hash, input.hash);
    assert.equal(idsOf(sampleDomains(input, 9, 1)), idsOf(input));
    const drawn = new Set(
      Array.from({ length: 20 }, (_, seed) => idsOf(sampleDomains(input, 2, seed))),
    );
    assert.ok(drawn.size > 1);
  });
});
