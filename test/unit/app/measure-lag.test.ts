import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { measureLag } from '../../../src/app/measure-lag.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

const asked = { group: 'g', topic: 't', partition: 3, everyMs: 5 };

describe('measureLag', () => {
  it('tells what waits behind the newest commit, again and again, and once at the end', async () => {
    const telemetry = recordingTelemetry();
    const at: { committed?: bigint } = {};
    const broker = {
      bounds: () => Promise.resolve({ earliest: 10n, end: 30n }),
      committedOffset: () => Promise.resolve(at.committed),
    };
    const stop = measureLag({ ...asked, telemetry, broker });
    await delay(50);
    at.committed = 30n;
    await stop();
    const values = telemetry.measured.map(({ value }) => value);
    assert.ok(values.length >= 3);
    // Before the first commit everything that is kept waits.
    assert.equal(values[0], 20);
    assert.equal(values.at(-1), 0);
    assert.deepEqual(telemetry.measured[0]?.attributes, {
      'messaging.destination.name': 't',
      'messaging.destination.partition.id': '3',
      'messaging.consumer.group.name': 'g',
    });
    const { length } = values;
    await delay(20);
    assert.equal(telemetry.measured.length, length);
  });

  it('counts nothing where nothing waits, though marks of transactions lie ahead', async () => {
    const telemetry = recordingTelemetry();
    const broker = {
      bounds: () => Promise.resolve({ earliest: 0n, end: 30n }),
      committedOffset: () => Promise.resolve(29n),
    };
    await measureLag({ ...asked, telemetry, broker, nothingWaits: () => true })();
    assert.deepEqual(
      telemetry.measured.map(({ value }) => value),
      [0, 0],
    );
  });

  it('leaves the number as it was while the broker cannot be asked', async () => {
    const telemetry = recordingTelemetry();
    const broker = {
      bounds: () => Promise.reject(new Error('gone')),
      committedOffset: () => Promise.resolve(undefined),
    };
    await measureLag({ ...asked, telemetry, broker })();
    assert.deepEqual(telemetry.measured, []);
  });
});
