import { quantizeInt4 } from '../graph/quantize-int4.ts';
import { quantizeInt8 } from '../graph/quantize-int8.ts';
import type { WeightRecipe, WeightSource } from '../graph/weight-recipe.ts';
import { bytesPerRow, recipeRows } from '../graph/weight-recipe.ts';

/**
 * Rows `[first, first + count)` of a tensor of the model file, dequantised, in the file's order. The
 * array may be reused by the next call.
 */
export type RowReader = (source: WeightSource, first: number, count: number) => Float32Array;

/** Floats that are in memory at once, about (4 MB): a weight goes through in stretches of rows. */
const CHUNK_ELEMENTS = 1 << 20;

/**
 * Makes a weight's stored bytes, in the order of the file: all values by stretches of rows, then (for
 * blocks) all scales. Each array yielded is used up before the next is asked for.
 */
export function* encodeWeight(recipe: WeightRecipe, read: RowReader): Generator<Uint8Array> {
  const scales =
    recipe.encoding === 'float32'
      ? undefined
      : new Float32Array((recipeRows(recipe) * bytesPerRow(recipe, 'scales')) / 4);
  let row = 0;
  for (const source of recipe.sources) {
    for (const floats of readInOrder(source, read)) {
      if (scales === undefined) {
        yield bytesOf(floats);
      } else {
        const rows = floats.length / source.columns;
        const values = new Uint8Array(rows * bytesPerRow(recipe, 'values'));
        const blocksPerRow = bytesPerRow(recipe, 'scales') / 4;
        const part = scales.subarray(row * blocksPerRow, (row + rows) * blocksPerRow);
        if (recipe.encoding === 'int8') quantizeInt8(floats, values, part);
        else quantizeInt4(floats, values, part);
        row += rows;
        yield values;
      }
    }
  }
  if (scales !== undefined) yield bytesOf(scales);
}

/** Rows in Hugging Face's order; see `RowOrder`. */
function* readInOrder(source: WeightSource, read: RowReader): Generator<Float32Array> {
  const { rows, columns, rowOrder } = source;
  // A permutation stays within a head, so stretches are whole heads.
  const unit = rowOrder.kind === 'interleaved' ? rows / rowOrder.heads : 1;
  const stretch = Math.max(1, Math.floor(CHUNK_ELEMENTS / columns / unit)) * unit;
  for (let first = 0; first < rows; first += stretch) {
    const count = Math.min(stretch, rows - first);
    const stored = read(source, first, count);
    yield rowOrder.kind === 'stored' ? stored : undoInterleaving(stored, columns, unit);
  }
}

/** Row `2j + s` of each head becomes row `j + s · headSize / 2`. */
function undoInterleaving(stored: Float32Array, columns: number, headSize: number): Float32Array {
  const ordered = new Float32Array(stored.length);
  const rows = stored.length / columns;
  for (let row = 0; row < rows; row += 1) {
    const inHead = row % headSize;
    const target = row - inHead + (inHead >> 1) + (inHead & 1) * (headSize / 2);
    ordered.set(stored.subarray(row * columns, (row + 1) * columns), target * columns);
  }
  return ordered;
}

function bytesOf(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}
