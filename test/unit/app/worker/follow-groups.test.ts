import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followGroups } from '../../../../src/app/worker/follow-groups.ts';

test('tells the monitor who came and went, and people what is tried again', () => {
  const heard: string[] = [];
  const monitor = {
    joined: (group: string) => void heard.push(`${group} joined`),
    joining: (group: string) => void heard.push(`${group} joining`),
    failed: (group: string, reason: string) => void heard.push(`${group} ${reason}`),
  };
  const { onMembership, onRetry } = followGroups(monitor, (sentence) => void heard.push(sentence));
  onMembership('g', true);
  onMembership('g', false);
  onRetry('g', new Error('no broker'), 1500);
  assert.deepEqual(heard, [
    'g joined',
    'g joining',
    'g was left: no broker',
    'g: no broker; trying again in 1.5 s',
  ]);
  heard.length = 0;
  // Where nobody listens, the monitor is told all the same.
  followGroups(monitor, undefined).onRetry('g', 'gone', 1000);
  assert.deepEqual(heard, ['g was left: gone']);
});
