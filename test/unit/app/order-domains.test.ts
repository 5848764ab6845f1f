import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderDomains, sampleDomains } from '../../../src/app/order-domains.ts';
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
