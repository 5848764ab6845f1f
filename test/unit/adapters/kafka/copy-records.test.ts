import assert from 'node:assert/strict';
import { it } from 'node:test';
import { copyRecords } from '../../../../src/adapters/kafka/copy-records.ts';

it('copies every byte and keeps the rest', () => {
  const bytes = Uint8Array.of(1, 2);
  const [copy] = copyRecords([
    { topic: 't', partition: 4, key: bytes, value: bytes, headers: { h: bytes } },
  ]);
  bytes.fill(9);
  assert.deepEqual([...copy!.key, ...copy!.value, ...copy!.headers['h']], [1, 2, 1, 2, 1, 2]);
  assert.equal(copy!.partition, 4);
  assert.deepEqual(copyRecords([{ topic: 't', key: null, value: null }]), [
    { topic: 't', key: null, value: null },
  ]);
});
