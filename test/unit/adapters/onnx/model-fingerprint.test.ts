import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelFingerprint } from '../../../../src/adapters/onnx/model-fingerprint.ts';

const siteOf = (layer: number) => ({
  layer,
  projection: 'q' as const,
  inputSize: 8,
  outputSize: 8,
  a: `lora.${layer}.q.a`,
  b: `lora.${layer}.q.b`,
});

const manifest = {
  source: { name: 'a', sha256: '00', sizeBytes: 1 },
  precision: 'int8' as const,
  graphVersion: 1,
  config: {
    architecture: 'llama',
    layers: 3,
    hiddenSize: 8,
    feedForwardSize: 8,
    heads: 1,
    kvHeads: 1,
    headSize: 8,
    vocabularySize: 8,
    contextLength: 9,
    normEpsilon: 1e-5,
    ropeTheta: 1e4,
  },
  lora: { scaleInput: 'lora_scale', sites: [siteOf(2)] },
};
const parts = { manifest, runtimeVersion: '1', threads: 2, contextLength: 9 };

describe('modelFingerprint', () => {
  it('is the same for the same facts', () => {
    assert.equal(
      modelFingerprint(parts),
      modelFingerprint({ ...parts, manifest: { ...manifest } }),
    );
    assert.match(modelFingerprint(parts), /^[0-9a-f]{64}$/);
  });

  it('changes with whatever may change a result, and with nothing else', () => {
    const others = [
      { ...parts, threads: 1 },
      { ...parts, contextLength: 8 },
      { ...parts, runtimeVersion: '2' },
      { ...parts, manifest: { ...manifest, precision: 'fp32' as const } },
      { ...parts, manifest: { ...manifest, graphVersion: 2 } },
      { ...parts, manifest: { ...manifest, source: { ...manifest.source, sha256: '01' } } },
      {
        ...parts,
        manifest: { ...manifest, lora: { ...manifest.lora, sites: [siteOf(1), siteOf(2)] } },
      },
    ];
    const all = new Set([parts, ...others].map(modelFingerprint));
    assert.equal(all.size, 8);
    const renamed = { ...manifest, source: { ...manifest.source, name: 'b' } };
    assert.equal(modelFingerprint({ ...parts, manifest: renamed }), modelFingerprint(parts));
  });
});
