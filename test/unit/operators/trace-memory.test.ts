import assert from 'node:assert/strict';
import { it } from 'node:test';
import { traceMemory } from '../../../src/operators/trace-memory.ts';

it('forgets what was remembered longest ago', () => {
  const { steps } = traceMemory();
  const context = { traceparent: 'x' };
  for (let i = 0; i < 64; i++) steps.set(`${i}`, context);
  steps.set('0', context); // again: it is the newest now
  steps.set('64', context);
  assert.equal(steps.get('0'), context);
  assert.equal(steps.get('1'), undefined);
  assert.equal(steps.get('2'), context);
});
