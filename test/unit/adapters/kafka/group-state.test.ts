import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ownerId, stateTopic } from '../../../../src/adapters/kafka/group-state.ts';

it('names state topics by group and input, as Kafka allows, and never two alike', () => {
  assert.match(
    stateTopic('answering', 'qa.questions'),
    /^answering-qa\.questions-[0-9a-f]{8}-state$/,
  );
  assert.notEqual(stateTopic('a-b', 'c'), stateTopic('a', 'b-c'));
  assert.notEqual(stateTopic('a b', 'c'), stateTopic('a_b', 'c'));
  for (const name of [stateTopic('ö/ß', 't'), stateTopic('g'.repeat(300), 't'.repeat(249))]) {
    assert.match(name, /^[a-zA-Z0-9._-]{1,249}$/);
  }
});

it('gives no two partitions one owner id', () => {
  const of = (groupId: string, topic: string, partition: number): string =>
    ownerId({ groupId, topic, partition });
  assert.equal(of('g', 't', 3), 'g/t/3');
  assert.notEqual(of('a-b', 'c', 1), of('a', 'b-c', 1));
  assert.notEqual(of('g/t', '1', 2), of('g', 't', 12));
});
