import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { WeightRecipe, WeightSource } from '../../../src/graph/weight-recipe.ts';
import { encodeWeight } from '../../../src/model/encode-weight.ts';

/** A reader over matrices whose element `(row, column)` is `row + column / 1000`. */
function read(source: WeightSource, first: number, count: number): Float32Array {
  return Float32Array.from({ length: count * source.columns }, (_, i) => {
    return first + Math.floor(i / source.columns) + (i % source.columns) / 1000;
  });
}

function floats(recipe: WeightRecipe): number[] {
  const bytes = Buffer.concat([...encodeWeight(recipe, read)].map((each) => Buffer.from(each)));
  return [...new Float32Array(new Uint8Array(bytes).buffer)];
}

const stored = { kind: 'stored' } as const;

describe('encodeWeight', () => {
  it('undoes the interleaving of rows head by head', () => {
    const rowOrder = { kind: 'interleaved', heads: 2 } as const;
    const source = { tensor: 'q', rows: 12, columns: 1, rowOrder };
    // Heads of 6 rows: stored 0 2 4 are the first half, 1 3 5 the second.
    assert.deepEqual(floats({ sources: [source], encoding: 'float32' }), [
      ...[0, 2, 4, 1, 3, 5],
      ...[6, 8, 10, 7, 9, 11],
    ]);
  });

  it('stacks sources', () => {
    const source = (rows: number) => ({ tensor: 'w', rows, columns: 1, rowOrder: stored });
    assert.deepEqual(
      floats({ sources: [source(2), source(3)], encoding: 'float32' }),
      [0, 1, 0, 1, 2],
    );
  });

  it('reads long matrices in stretches, whole heads each, and gives the same bytes', () => {
    const rows = 6000;
    const columns = 512;
    const rowOrder = { kind: 'interleaved', heads: 50 } as const;
    const calls: number[] = [];
    const source = { tensor: 'q', rows, columns, rowOrder };
    const spy = (from: WeightSource, first: number, count: number): Float32Array => {
      calls.push(count);
      return read(from, first, count);
    };
    const stretches = [...encodeWeight({ sources: [source], encoding: 'float32' }, spy)];
    assert.ok(calls.length > 2, `${calls.length} calls`);
    assert.ok(calls.every((count) => count % 120 === 0 && count * columns <= 1 << 20));
    let row = 0;
    for (const bytes of stretches) {
      const values = new Float32Array(bytes.slice().buffer);
      for (let i = 0; i < values.length; i += columns, row += 1) {
        const inHead = row % 120;
        const from = row - inHead + (inHead < 60 ? 2 * inHead : 2 * (inHead - 60) + 1);
        assert.equal(values[i], from);
      }
    }
    assert.equal(row, rows);
  });

  it('gives blocks as values of all rows, then scales of all rows', () => {
    const source = { tensor: 'w', rows: 3, columns: 64, rowOrder: stored };
    const parts = [...encodeWeight({ sources: [source, source], encoding: 'int8' }, read)];
    assert.deepEqual(
      parts.map((part) => part.byteLength),
      [3 * 64, 3 * 64, 6 * 2 * 4],
    );
    const scales = new Float32Array(parts[2]?.slice().buffer ?? assert.fail());
    // Row 2's second block has 2.063 as its largest; one of the steps 127, 120, 112.
    assert.ok([127, 120, 112].some((steps) => Math.abs((scales[5] ?? 0) - 2.063 / steps) < 1e-7));
    assert.equal(scales[5], scales[11]);
  });
});
