import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listenForInterrupt } from '../../../src/cli/interrupt.ts';

describe('listenForInterrupt', () => {
  it('drains at the first signal, drops at the second, exits with 130 at the third', () => {
    const before = process.listenerCount('SIGINT');
    const told: string[] = [];
    const interrupt = listenForInterrupt(
      () => told.push('drain'),
      (code) => told.push(`exit ${code}`),
    );
    const state = (): readonly boolean[] => [interrupt.drain.aborted, interrupt.abort.aborted];
    try {
      assert.deepEqual(state(), [false, false]);
      process.emit('SIGINT');
      assert.deepEqual([state(), told], [[true, false], ['drain']]);
      process.emit('SIGTERM');
      assert.deepEqual([state(), told], [[true, true], ['drain']]);
      process.emit('SIGINT');
      assert.deepEqual(told, ['drain', 'exit 130']);
    } finally {
      interrupt.dispose();
    }
    assert.equal(process.listenerCount('SIGINT'), before);
  });
});
