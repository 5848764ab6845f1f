import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { EXTERNAL_ALIGNMENT, layoutExternalData } from '../../../src/graph/external-layout.ts';
import { lowerInference } from '../../../src/graph/lower-inference.ts';
import { describeNetwork } from '../../../src/model/describe-network.ts';
import { readGguf } from '../../../src/gguf/read-gguf.ts';
import { tinyGguf } from '../../support/tiny-network.ts';

describe('layoutExternalData', () => {
  const network = describeNetwork(readGguf(tinyGguf('llama')));
  const layout = layoutExternalData(lowerInference(network, { precision: 'int8' }));

  it('puts everything on pages of its own, in order, up to the total', () => {
    const ranges = layout.items.flatMap((item) =>
      item.kind === 'constant'
        ? [item.at]
        : item.scales === undefined
          ? [item.values]
          : [item.values, item.scales],
    );
    let end = 0;
    for (const { offset, byteLength } of ranges) {
      assert.equal(offset % EXTERNAL_ALIGNMENT, 0);
      assert.ok(offset >= end && offset - end < EXTERNAL_ALIGNMENT);
      end = offset + byteLength;
    }
    assert.equal(end, layout.totalBytes);
  });

  it('stores a tied table and its scales once', () => {
    assert.deepEqual(
      layout.ranges.get('token_embd.weight.row_scales'),
      layout.ranges.get('token_embd.weight.scales'),
    );
    const tables = layout.items.filter(
      (item) => item.kind === 'weight' && item.recipe.sources[0]?.tensor === 'token_embd.weight',
    );
    assert.equal(tables.length, 1);
  });

  it('leaves small constants to the graph’s own file', () => {
    assert.equal(layout.ranges.has('last_axis'), false);
    assert.equal(layout.ranges.has('rotary.cos'), true);
  });
});
