import type { NamedValue } from './graph.ts';
import type { LoweringContext } from './lowering-context.ts';
import { BLOCK_SIZE } from './weight-recipe.ts';

/**
 * Rows of the embedding: `[B, T]` token ids to `[B, T, D]`. A quantised table is stored as the head's
 * weight is, so that a model which ties the two holds it once.
 */
export function lowerEmbedding(context: LoweringContext, tokenIds: NamedValue): NamedValue {
  const { builder, network, tableEncoding } = context;
  const source = network.embedding;
  const { tensor, rows, columns } = source;
  const recipe = { sources: [source], encoding: tableEncoding };
  if (tableEncoding === 'float32') {
    const table = builder.weight(tensor, recipe, 'values', [rows, columns]);
    return builder.node('Gather', [table, tokenIds], {
      name: 'embedding',
      attributes: { axis: 0 },
    });
  }
  const blocks = Math.ceil(columns / BLOCK_SIZE);
  const values = builder.weight(`${tensor}.${tableEncoding}`, recipe, 'values', [
    rows,
    blocks,
    BLOCK_SIZE,
  ]);
  // The same bytes as the head's scales, under the shape that this operator wants.
  const scales = builder.weight(`${tensor}.row_scales`, recipe, 'scales', [rows, blocks, 1]);
  const gathered = builder.node('GatherBlockQuantized', [values, tokenIds, scales], {
    name: 'embedding.blocks',
    attributes: { gather_axis: 0, quantize_axis: 2, block_size: BLOCK_SIZE, bits: 8 },
  });
  const shape = builder.constant('embedding.shape', BigInt64Array.of(0n, 0n, BigInt(columns)), [3]);
  return builder.node('Reshape', [gathered, shape], { name: 'embedding' });
}
