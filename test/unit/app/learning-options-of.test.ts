import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { learningOptionsOf } from '../../../src/app/learning-options-of.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';

const topology = await loadTopology();
const model = createStandInLanguageModel();

test('nothing is trained where training is off', () => {
  const off = { ...topology, training: { ...topology.training, mode: 'off' as const } };
  assert.equal(learningOptionsOf(off, model), null);
});

test('are those of the topology, for this model', () => {
  const { mode: _mode, trainer: _trainer, ...settings } = topology.training;
  const { lineage, ...rest } = learningOptionsOf(topology, model) ?? assert.fail('none');
  assert.deepEqual(rest, {
    ...settings,
    // The stand-in has two layers, fewer than the topology names.
    lora: { ...settings.lora, lastLayers: 2 },
    baseSha256: model.description.fileSha256,
    // The stand-in's vocabulary begins with all bytes: digits are theirs.
    confidenceTokenIds: [48, 49, 50, 51, 52, 53, 54, 55, 56, 57],
    scope: topology.adapter.scope,
    seed: topology.seed,
  });
  assert.equal(lineage, `stand-in-${model.description.fileSha256.slice(0, 12)}`);
});

test('another base model starts another lineage', () => {
  const other = createStandInLanguageModel({ seed: 9 });
  assert.notEqual(
    learningOptionsOf(topology, other)?.lineage,
    learningOptionsOf(topology, model)?.lineage,
  );
});
