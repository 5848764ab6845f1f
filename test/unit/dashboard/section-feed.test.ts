import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSectionFeed } from '../../../src/dashboard/section-feed.ts';

const read = (json: string | undefined): unknown => JSON.parse(json ?? 'null');

test('who knows nothing gets everything, who knows all gets nothing', () => {
  const feed = createSectionFeed('e');
  assert.equal(feed.since(undefined), null);
  assert.equal(feed.publish({ a: 1, b: [2] }), true);
  const first = feed.since(undefined);
  assert.equal(first?.id, 'e.1');
  assert.deepEqual(read(first.json), { full: true, sections: { a: 1, b: [2] } });
  assert.equal(feed.since('e.1'), null);
});

test('who was away gets the newest state of what changed, not the steps', () => {
  const feed = createSectionFeed('e');
  feed.publish({ a: 1, b: 1, c: 1 });
  assert.equal(feed.publish({ a: 1, b: 1, c: 1 }), false);
  feed.publish({ a: 2, b: 1, c: 1 });
  feed.publish({ a: 3, b: 1, c: 2 });
  const message = feed.since('e.1');
  assert.equal(message?.id, 'e.3');
  assert.deepEqual(read(message.json), { full: false, sections: { a: 3, c: 2 } });
});

test('a revision of another process, of the future, or none at all, is unknown', () => {
  const feed = createSectionFeed('e');
  feed.publish({ a: 1 });
  for (const id of ['f.1', 'e.7', 'e.-1', 'e.x', 'e', '', '.'])
    assert.equal(feed.since(id)?.full, true, id);
});

test('a hostile text stays on its line', () => {
  const feed = createSectionFeed('e');
  feed.publish({ 'a\nb': 'x\n\ndata: y\r\n\u2028' });
  assert.doesNotMatch(feed.since(undefined)?.json ?? '', /[\n\r]/);
});
