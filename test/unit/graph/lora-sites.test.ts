import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { loraSites } from '../../../src/graph/lora-sites.ts';
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
