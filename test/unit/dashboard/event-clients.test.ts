import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { createEventClients, MOST_CLIENTS } from '../../../src/dashboard/event-clients.ts';
import { createSectionFeed } from '../../../src/dashboard/section-feed.ts';

/** A response that keeps what is written, and whose socket can be full. */
class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  full = false;
  destroyed = false;
  ended = false;
  writeHead(): this {
    return this;
  }
  write(text: string): boolean {
    this.written.push(text);
    return !this.full;
  }
  end(text: string): void {
    this.written.push(text);
    this.ended = true;
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  get views(): string[] {
    return this.written.filter((text) => text.includes('event: view'));
  }
}

const asResponse = (response: FakeResponse): ServerResponse =>
  response as unknown as ServerResponse;

test('a slow reader has no queue: afterwards it gets the newest state, once', () => {
  const feed = createSectionFeed('e');
  const clients = createEventClients(feed, () => 0);
  const slow = new FakeResponse();
  const quick = new FakeResponse();
  feed.publish({ n: 0 });
  slow.full = true;
  clients.add(asResponse(slow), undefined);
  clients.add(asResponse(quick), undefined);
  const before = slow.written.length;
  for (let n = 1; n <= 100; n++) {
    feed.publish({ n });
    clients.send();
  }
  assert.equal(slow.written.length, before);
  assert.equal(quick.views.length, 101);
  slow.full = false;
  slow.emit('drain');
  assert.equal(slow.written.length, before + 1);
  assert.match(
    slow.written.at(-1) ?? '',
    /^id: e\.101\nevent: view\ndata: \{"full":.*"n":100\}\}\n\n$/,
  );
});

test('who takes nothing for a minute is let go', () => {
  let now = 0;
  const feed = createSectionFeed('e');
  const clients = createEventClients(feed, () => now);
  const stuck = new FakeResponse();
  stuck.full = true;
  clients.add(asResponse(stuck), undefined);
  now = 59_000;
  clients.send();
  assert.equal(stuck.destroyed, false);
  now = 61_000;
  clients.send();
  assert.equal(stuck.destroyed, true);
  assert.equal(clients.size, 0);
});

test('a quiet stream is kept open by comments', () => {
  let now = 0;
  const feed = createSectionFeed('e');
  const clients = createEventClients(feed, () => now);
  const response = new FakeResponse();
  clients.add(asResponse(response), undefined);
  now = 16_000;
  clients.send();
  clients.send();
  assert.deepEqual(response.written.slice(1), [': still here\n\n']);
});

test('who comes back with a known revision gets what changed', () => {
  const feed = createSectionFeed('e');
  feed.publish({ a: 1, b: 1 });
  feed.publish({ a: 2, b: 1 });
  const clients = createEventClients(feed, () => 0);
  const response = new FakeResponse();
  clients.add(asResponse(response), 'e.1');
  assert.deepEqual(response.views, [
    'id: e.2\nevent: view\ndata: {"full":false,"sections":{"a":2}}\n\n',
  ]);
});

test('there is a limit to readers, and an end to all of them', () => {
  const clients = createEventClients(createSectionFeed('e'), () => 0);
  const all = Array.from({ length: MOST_CLIENTS }, () => new FakeResponse());
  for (const response of all) assert.equal(clients.add(asResponse(response), undefined), true);
  assert.equal(clients.add(asResponse(new FakeResponse()), undefined), false);
  clients.end();
  assert.ok(
    all.every(({ ended, written }) => ended && written.at(-1) === 'event: end\ndata: {}\n\n'),
  );
  assert.equal(clients.size, 0);
});
