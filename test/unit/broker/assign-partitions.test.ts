import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { assignPartitions } from '../../../src/broker/assign-partitions.ts';

const plain = (assignment: ReturnType<typeof assignPartitions>): Record<string, string[]> =>
  Object.fromEntries(
    [...assignment].map(([id, places]) => [id, places.map((p) => `${p.topic}${p.partition}`)]),
  );

describe('assignPartitions', () => {
  it('gives ranges, the longer ones to those who came first', () => {
    const members = ['x', 'y', 'z'].map((memberId) => ({ memberId, topics: ['b', 'a'] }));
    const counts = new Map([
      ['a', 5],
      ['b', 2],
    ]);
    assert.deepEqual(plain(assignPartitions(members, counts)), {
      x: ['a0', 'a1', 'b0'],
      y: ['a2', 'a3', 'b1'],
      z: ['a4'],
    });
  });

  it('asks only members that read the topic', () => {
    const members = [
      { memberId: 'x', topics: ['a'] },
      { memberId: 'y', topics: ['a', 'b'] },
      { memberId: 'z', topics: ['missing'] },
    ];
    const counts = new Map([
      ['a', 2],
      ['b', 3],
    ]);
    assert.deepEqual(plain(assignPartitions(members, counts)), {
      x: ['a0'],
      y: ['a1', 'b0', 'b1', 'b2'],
      z: [],
    });
  });

  it('gives each partition to exactly one reader, and shares that differ by one at most', () => {
    const topics = ['a', 'b', 'c'];
    const memberTopics = fc.array(fc.subarray(topics), { maxLength: 6 });
    const partitions = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(memberTopics, partitions, (read, sizes) => {
        const counts = new Map(topics.map((topic, i) => [topic, sizes[i]!]));
        const members = read.map((names, i) => ({ memberId: String(i), topics: names }));
        const assignment = assignPartitions(members, counts);
        for (const topic of topics) {
          const readers = members.filter((member) => member.topics.includes(topic));
          const shares = readers.map(
            ({ memberId }) => assignment.get(memberId)!.filter((p) => p.topic === topic).length,
          );
          const given = [...assignment.values()].flat().filter((p) => p.topic === topic);
          const numbers = given.map(({ partition }) => partition).sort((x, y) => x - y);
          const all = Array.from({ length: counts.get(topic)! }, (_, i) => i);
          assert.deepEqual(numbers, readers.length === 0 ? [] : all);
          assert.ok(shares.length === 0 || Math.max(...shares) - Math.min(...shares) <= 1);
        }
      }),
    );
  });

  it('gives members that read the same topics of equal size the same partition numbers of each', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        (size, members) => {
          const assignment = assignPartitions(
            Array.from({ length: members }, (_, i) => ({
              memberId: String(i),
              topics: ['a', 'b'],
            })),
            new Map([
              ['a', size],
              ['b', size],
            ]),
          );
          for (const places of assignment.values()) {
            const of = (topic: string): number[] =>
              places.filter((p) => p.topic === topic).map(({ partition }) => partition);
            assert.deepEqual(of('a'), of('b'));
          }
        },
      ),
    );
  });
});
