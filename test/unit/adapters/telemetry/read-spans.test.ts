import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readSpans, spansOfLine } from '../../../../src/adapters/telemetry/read-spans.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** The example of OTLP's own repository (examples/trace.json), shortened. */
const EXAMPLE = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'my.service' } }] },
      scopeSpans: [
        {
          scope: { name: 'my.library', version: '1.0.0' },
          spans: [
            {
              traceId: '5B8EFFF798038103D269B633813FC60C',
              spanId: 'EEE19B7EC3C1B174',
              parentSpanId: 'EEE19B7EC3C1B173',
              name: "I'm a server span",
              startTimeUnixNano: '1544712660000000000',
              endTimeUnixNano: '1544712661000000000',
              kind: 2,
              attributes: [{ key: 'my.span.attr', value: { stringValue: 'some value' } }],
            },
          ],
        },
      ],
    },
  ],
};

describe('spansOfLine', () => {
  it("reads OTLP's own example", () => {
    assert.deepEqual(spansOfLine(JSON.stringify(EXAMPLE)), [
      {
        traceId: '5B8EFFF798038103D269B633813FC60C',
        spanId: 'EEE19B7EC3C1B174',
        parentSpanId: 'EEE19B7EC3C1B173',
        name: "I'm a server span",
        service: 'my.service',
        startMs: 1_544_712_660_000,
        endMs: 1_544_712_661_000,
        attributes: { 'my.span.attr': 'some value' },
        events: [],
        links: [],
        failure: null,
      },
    ]);
  });

  it('gives nothing for what is none, and never throws', () => {
    const whole = JSON.stringify(EXAMPLE);
    assert.deepEqual(spansOfLine(whole.slice(0, -9)), []);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        spansOfLine(line);
      }),
    );
  });
});

describe('readSpans', () => {
  it('reads the lines that hold a text, of all files, oldest first', async () => {
    const folder = join(temporaryFolder(), 'traces');
    assert.deepEqual(await readSpans(folder, ['x']), []);
    await mkdir(folder);
    const line = (name: string): string =>
      `${JSON.stringify(EXAMPLE).replace("I'm a server span", name)}\n`;
    await writeFile(join(folder, '2.otlp.jsonl'), line('wanted three') + line('other'));
    // The last line was cut off by a crash.
    await writeFile(
      join(folder, '1.otlp.jsonl'),
      line('wanted one') + line('wanted two').slice(0, -20),
    );
    const names = (await readSpans(folder, ['wanted', 'nothing'])).map(({ name }) => name);
    assert.deepEqual(names, ['wanted one', 'wanted three']);
  });
});
