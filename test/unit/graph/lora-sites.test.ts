import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { coveringTargets, loraSites, unusualSites } from '../../../src/graph/lora-sites.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

describe('loraSites', () => {
  const network = describeNetwork(readGguf(tinyGguf('qwen2')));

  it('takes q, v and o of the last third of the layers by default', () => {
    assert.deepEqual(loraSites(network), [
      { layer: 2, projection: 'q', inputSize: 64, outputSize: 64 },
      { layer: 2, projection: 'v', inputSize: 64, outputSize: 16 },
      { layer: 2, projection: 'o', inputSize: 64, outputSize: 64 },
    ]);
  });

  it('takes the named projections of the last layers, in a fixed order', () => {
    const sites = loraSites(network, { projections: ['down', 'k'], lastLayers: 2 });
    assert.deepEqual(
      sites.map(({ layer, projection, inputSize }) => `${layer}.${projection}:${inputSize}`),
      ['1.k:64', '1.down:96', '2.k:64', '2.down:96'],
    );
    assert.deepEqual(loraSites(network, { lastLayers: 0 }), []);
  });

  it('refuses more layers than there are', () => {
    assert.throws(() => loraSites(network, { lastLayers: 4 }), { code: 'PRECONDITION' });
    assert.throws(() => loraSites(network, { lastLayers: 1.5 }), { code: 'PRECONDITION' });
  });
});

describe('coveringTargets', () => {
  const usual = { projections: ['q', 'v', 'o'], lastLayers: 8 };

  it('is nothing where q, v and o of the last third of the layers will do', () => {
    assert.equal(coveringTargets(24, []), undefined);
    assert.equal(coveringTargets(24, [usual, { projections: ['v'], lastLayers: 2 }]), undefined);
  });

  it('has all that is wanted, and what is usual', () => {
    assert.deepEqual(coveringTargets(24, [usual, { projections: ['down', 'k'], lastLayers: 12 }]), {
      projections: ['q', 'k', 'v', 'o', 'down'],
      lastLayers: 12,
    });
    assert.deepEqual(coveringTargets(24, [{ projections: ['k'], lastLayers: 2 }]), {
      projections: ['q', 'k', 'v', 'o'],
      lastLayers: 8,
    });
  });

  it('takes every layer of a model that has fewer than are wanted', () => {
    assert.deepEqual(coveringTargets(6, [usual]), {
      projections: ['q', 'v', 'o'],
      lastLayers: 6,
    });
  });
});

describe('unusualSites', () => {
  it('leaves out q, v and o of the last third of the layers', () => {
    const at = (layer: number, projection: 'q' | 'k') => ({ layer, projection });
    const sites = [at(15, 'q'), at(16, 'q'), at(16, 'k'), at(23, 'q')];
    assert.deepEqual(unusualSites(24, sites), [at(15, 'q'), at(16, 'k')]);
  });
});
