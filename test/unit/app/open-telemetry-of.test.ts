import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { openTelemetryOf } from '../../../src/app/open-telemetry-of.ts';
import { NO_TELEMETRY } from '../../../src/ports/no-telemetry.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { telemetry } = await loadTopology();
const folder = temporaryFolder();

describe('openTelemetryOf', () => {
  it('opens nothing where telemetry is off', async () => {
    const opened = await openTelemetryOf(telemetry, {
      ...{ runFolder: folder, serviceName: 's', environment: { OTEL_SDK_DISABLED: 'true' } },
    });
    assert.equal(opened, NO_TELEMETRY);
    assert.deepEqual(await readdir(folder), []);
  });

  it('keeps traces in the run’s folder', async () => {
    const opened = await openTelemetryOf(telemetry, {
      ...{ runFolder: folder, serviceName: 's', environment: {} },
    });
    assert.equal(opened.on, true);
    opened.span('x', { startMs: 1_700_000_000_000 }).end(1_700_000_000_001);
    await opened.close();
    assert.equal((await readdir(join(folder, 'traces'))).length, 1);
  });
});
