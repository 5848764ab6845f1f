import assert from 'node:assert/strict';
import { it } from 'node:test';
import { spanExporters } from '../../../../src/adapters/telemetry/span-exporters.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

it('opens one exporter a target', async () => {
  const folder = temporaryFolder();
  const exporters = await spanExporters([
    { kind: 'store', folder, maxBytes: 1000 },
    { kind: 'file', path: `${folder}/spans.jsonl` },
    { kind: 'otlp-http', url: null },
    { kind: 'otlp-grpc', url: 'http://127.0.0.1:4317' },
  ]);
  assert.equal(exporters.length, 4);
  for (const exporter of exporters) await exporter.shutdown();
  assert.deepEqual(await spanExporters([]), []);
});
