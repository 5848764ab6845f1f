import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeContent } from '../../../src/streams/describe-content.ts';

const read = (...bytes: readonly number[]): string =>
  new TextDecoder().decode(Uint8Array.from(bytes));

test('text in UTF-16 is told from a binary file, whichever byte comes first', () => {
  const utf16 = 'text in UTF-16, and has to be saved as UTF-8';
  assert.equal(describeContent(read(0xff, 0xfe, 0x7b, 0, 0x22, 0)), utf16);
  assert.equal(describeContent(read(0xfe, 0xff, 0, 0x7b, 0, 0x22)), utf16);
  assert.equal(describeContent(read(0xff, 0xfe, 0, 0, 1, 0)), 'a binary file');
  assert.equal(describeContent(read(0x7f, 0x45, 0x4c, 0x46, 0, 0)), 'a binary file');
});
