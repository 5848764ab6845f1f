import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NO_TELEMETRY } from '../../../src/ports/no-telemetry.ts';

it('takes everything and keeps nothing', async () => {
  assert.equal(NO_TELEMETRY.on, false);
  const span = NO_TELEMETRY.span('x', { startMs: 0, keep: true });
  assert.equal(span.recording, false);
  span.set({ a: 1 });
  span.link([]);
  span.event('e', {}, 0);
  span.fail('CODE', 'why');
  span.end(1);
  NO_TELEMETRY.measure('messaging.process.duration', 1);
  NO_TELEMETRY.forget('secl.verdict');
  await NO_TELEMETRY.close();
});
