import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamHeader } from '../../../src/streams/stream-header.ts';
import type { StreamItem } from '../../../src/streams/stream-item.ts';
import { summarizeStream } from '../../../src/streams/stream-summary.ts';

const HEADER: StreamHeader = {
  format: 'secl-stream',
  version: 1,
  name: 'a stream',
  items: 4,
  seed: null,
  licence: null,
  source: null,
  order: null,
  blend: null,
};

function itemOf(domain: string | null, i: number): StreamItem {
  return { id: String(i), domain, question: 'q', style: 'short', choices: [], accepted: [] };
}

test('domains are counted whatever they are called', () => {
  const items = ['__proto__', 'constructor', null, 'constructor'].map(itemOf);
  const { domains } = summarizeStream('out', HEADER, items);
  assert.deepEqual(Object.entries(domains), [
    ['__proto__', 1],
    ['constructor', 2],
    ['none', 1],
  ]);
});
