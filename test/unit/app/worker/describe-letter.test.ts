import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeLetter,
  letterJson,
  letterRow,
} from '../../../../src/app/worker/describe-letter.ts';

const placed = {
  id: '0/5',
  letter: {
    sourceTopic: 'q',
    sourcePartition: 2,
    sourceOffset: 9,
    code: 'RECORD_INVALID',
    reason: 'not an Avro single object',
    key: null,
    value: new TextEncoder().encode('\u001bgarbage that goes on'),
    failedAtMs: 0,
  },
};

describe('describeLetter', () => {
  it('shows the first bytes, harmlessly', () => {
    const text = describeLetter(placed);
    assert.ok(!text.includes('\u001b'));
    assert.match(text, /record {2}q\/2\/9/);
    // ESC, then "garbage that goe" up to the sixteenth byte.
    assert.match(
      text,
      /0000 {2}1b 67 61 72 62 61 67 65 20 74 68 61 74 20 67 6f {2}\.garbage that go\n/,
    );
    assert.match(text, /0010 {2}65 73 20 6f 6e/);
  });

  it('lets nobody write a line of it, whoever wrote the letter', () => {
    const bad = 'x\u001b[2J\ny';
    const letter = {
      ...placed.letter,
      sourceTopic: bad,
      code: bad,
      reason: bad,
      failedAtMs: 1e300,
    };
    const row = letterRow({ ...placed, letter });
    assert.deepEqual(row, ['0/5', 'x·[2J·y/2/9', 'x·[2J·y', '–', 'x·[2J·y']);
  });
});

describe('letterJson', () => {
  it('has all bytes, in base64', () => {
    assert.equal(letterJson(placed)['value'], Buffer.from(placed.letter.value).toString('base64'));
    assert.equal(letterJson(placed)['key'], null);
  });
});
