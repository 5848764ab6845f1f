import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  chainKey,
  entryOfStateKey,
  offsetOfRecordKey,
  ownerKey,
  parseOwnerKey,
  recordKey,
  recordRange,
  sequenceOfChainKey,
  stateKey,
  stateRange,
} from '../../../../src/adapters/embedded-log/log-keys.ts';

const id32 = fc.nat(0xffff_ffff);
const places = fc.record({ topicId: id32, partition: id32 });
const offsets = fc.bigInt({ min: 0n, max: 2n ** 64n - 2n });
const groups = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const entries = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

/** What LevelDB does. */
const compare = (a: Uint8Array, b: Uint8Array): number => Math.sign(Buffer.compare(a, b));
const within = (key: Uint8Array, range: { gte: Uint8Array; lt: Uint8Array }): boolean =>
  compare(range.gte, key) <= 0 && compare(key, range.lt) < 0;

describe('log keys', () => {
  it('sort records by topic, partition and offset', () => {
    fc.assert(
      fc.property(places, offsets, places, offsets, (p, m, q, n) => {
        const order = (x: number | bigint, y: number | bigint): number =>
          x < y ? -1 : x > y ? 1 : 0;
        assert.equal(
          compare(recordKey(p, m), recordKey(q, n)),
          order(p.topicId, q.topicId) || order(p.partition, q.partition) || order(m, n),
        );
      }),
    );
  });

  it('put exactly the records between two offsets into a range', () => {
    fc.assert(
      fc.property(places, offsets, offsets, offsets, places, (id, from, to, offset, other) => {
        const range = recordRange(id, from, to);
        assert.equal(within(recordKey(id, offset), range), from <= offset && offset < to);
        if (other.topicId !== id.topicId || other.partition !== id.partition) {
          assert.equal(within(recordKey(other, offset), recordRange(id, 0n)), false);
        }
      }),
    );
  });

  it('are read back as what they were made of', () => {
    fc.assert(
      fc.property(places, offsets, groups, entries, (place, number, groupId, entry) => {
        const owner = { groupId, ...place };
        assert.equal(offsetOfRecordKey(recordKey(place, number)), number);
        assert.equal(sequenceOfChainKey(chainKey(number)), number);
        assert.deepEqual(parseOwnerKey(ownerKey(owner)), owner);
        assert.equal(entryOfStateKey(stateKey(owner, entry)), entry);
      }),
    );
  });

  it('put a state entry into the range of its own group and partition only', () => {
    fc.assert(
      fc.property(groups, groups, places, places, entries, (a, b, p, q, entry) => {
        const [owner, other] = [
          { groupId: a, ...p },
          { groupId: b, ...q },
        ];
        assert.ok(within(stateKey(owner, entry), stateRange(owner)));
        const same = a === b && p.topicId === q.topicId && p.partition === q.partition;
        assert.equal(within(stateKey(other, entry), stateRange(owner)), same);
      }),
    );
  });

  it('keep groups apart of which one begins with the other', () => {
    const place = { topicId: 0, partition: 0 };
    const long = stateKey({ groupId: 'group-b', ...place }, 'entry');
    assert.equal(within(long, stateRange({ groupId: 'group', ...place })), false);
  });
});
