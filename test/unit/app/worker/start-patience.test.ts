import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startPatienceMs } from '../../../../src/app/worker/start-patience.ts';

describe('startPatienceMs', () => {
  it('lets services wait as long as a cluster takes to start, and people ten seconds', () => {
    // As docs/kafka.md promises.
    assert.equal(
      startPatienceMs(() => undefined),
      60_000,
    );
    assert.equal(startPatienceMs(undefined), 10_000);
  });
});
