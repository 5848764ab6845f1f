import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ablationNames } from '../../../src/app/ablation-topologies.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';

/** Seven of the paper, and two of ours. */
const NAMES = [
  ...['adapter-scope', 'domain-order', 'evidence', 'gating', 'hyperparameters', 'layers', 'loss'],
  ...['signal-quality', 'weight-accumulation'],
];

describe('the ablations', () => {
  it('are those that are promised', async () => {
    assert.deepEqual(await ablationNames(), NAMES);
  });

  for (const name of NAMES)
    it(`have valid topologies that differ, each with a name of its own: ${name}`, async () => {
      const folder = join('topologies', 'ablations', name);
      const files = await readdir(folder);
      const topologies = await Promise.all(files.map((file) => loadTopology(join(folder, file))));
      const distinct = (values: readonly string[]): number => new Set(values).size;
      assert.equal(distinct(topologies.map((topology) => topology.name)), topologies.length);
      const settings = topologies.map((topology) => JSON.stringify({ ...topology, name: '' }));
      assert.equal(distinct(settings), topologies.length);
      for (const { training } of topologies) assert.equal(training.mode, 'barrier');
    });
});

describe('secl-paper.yaml', () => {
  it('is what the paper says', async () => {
    const { confidence, gate, training, adapter } = await loadTopology(
      'topologies/secl-paper.yaml',
    );
    assert.deepEqual(gate.statistics, ['entropy']);
    assert.equal(training.loss, 'one-bin');
    assert.equal(confidence.evidence, 'none');
    assert.equal(confidence.published, 'verbalized');
    assert.deepEqual(training.target.signals, ['normalizedPTrue']);
    assert.equal(adapter.scope, 'conversation');
  });
});
