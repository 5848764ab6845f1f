import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { INSTRUMENTS, type Instrument } from '../../../src/ports/instruments.ts';
import { metricsRows } from '../../support/metrics-table.ts';

const entries = Object.entries<Instrument>(INSTRUMENTS);
const known = new Set<unknown>(Object.values(conventions));

describe('INSTRUMENTS', () => {
  it('are those of docs/metrics.md, one a line, word for word', () => {
    const rows = readFileSync('docs/metrics.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    assert.deepEqual(rows, metricsRows());
  });

  it('of the trainer service are told of on the same page', () => {
    const page = readFileSync('docs/metrics.md', 'utf8');
    const source = readFileSync('docker/trainer/secl_trainer/telemetry.py', 'utf8');
    const names = [...source.matchAll(/meter\.create_\w+\("([^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    assert.ok(names.length >= 3);
    for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
  });

  it('have names and attributes of the conventions, or of ours', () => {
    for (const [name, { attributes }] of entries)
      for (const word of [name, ...attributes]) {
        assert.ok(word.startsWith('secl.') || known.has(word), word);
        assert.match(word, /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/);
      }
  });

  it('have no attribute that grows with the stream', () => {
    // Ids, domains and texts are without bound; these have values of closed lists, or one a partition or a topic.
    const bounded = new Set([
      ...['messaging.destination.name', 'messaging.destination.partition.id'],
      ...['messaging.consumer.group.name', 'error.type'],
      ...['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'],
      ...['gen_ai.token.type', 'secl.phase', 'secl.score', 'secl.confidence.source'],
      ...['secl.question.style', 'secl.gate.watched'],
      ...['secl.adapter.decision', 'secl.adapter.decision.code'],
    ]);
    for (const [name, { attributes }] of entries)
      for (const attribute of attributes) assert.ok(bounded.has(attribute), `${name} ${attribute}`);
  });

  it('have buckets that grow, where they are histograms', () => {
    for (const [name, { kind, buckets }] of entries) {
      assert.equal(buckets !== undefined, kind === 'histogram', name);
      assert.deepEqual(
        buckets,
        buckets?.toSorted((a, b) => a - b),
        name,
      );
    }
  });
});
