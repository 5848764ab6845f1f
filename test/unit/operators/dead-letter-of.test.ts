import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEAD_LETTER_BYTES,
  DEAD_LETTER_KEY_BYTES,
  deadLetterOf,
} from '../../../src/operators/dead-letter-of.ts';
import { recordOf } from '../../support/operator-fixture.ts';

const failure = { code: 'RECORD_INVALID', reason: 'bad' };

test('a letter names its record and holds its bytes', () => {
  const record = recordOf(7, Uint8Array.of(1, 2));
  assert.deepEqual(deadLetterOf(record, failure, 99), {
    sourceTopic: 'questions',
    sourcePartition: 2,
    sourceOffset: 7,
    code: 'RECORD_INVALID',
    reason: 'bad',
    key: record.key,
    value: Uint8Array.of(1, 2),
    failedAtMs: 99,
  });
  assert.equal(deadLetterOf(recordOf(7, null), failure, 99).value, null);
});

test('of a huge record it holds the beginning, and says so', () => {
  const value = new Uint8Array(DEAD_LETTER_BYTES + 5);
  value[0] = 9;
  const letter = deadLetterOf(recordOf(7, value), failure, 99);
  assert.deepEqual([letter.value?.length, letter.value?.[0]], [DEAD_LETTER_BYTES, 9]);
  assert.equal(letter.reason, 'bad (the first 524288 of 524293 bytes are kept)');
});

test('a huge key is cut too', () => {
  const record = {
    ...recordOf(7, Uint8Array.of(1)),
    key: new Uint8Array(DEAD_LETTER_KEY_BYTES + 1),
  };
  const letter = deadLetterOf(record, failure, 99);
  assert.equal(letter.key?.length, DEAD_LETTER_KEY_BYTES);
  assert.equal(letter.reason, 'bad (the first 65536 of 65537 bytes of the key are kept)');
});
