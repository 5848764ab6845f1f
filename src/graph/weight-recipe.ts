/** Values that share one scale in a quantised row. */
export const BLOCK_SIZE = 32;

/** Numbers of the stored matrix, and how. `int8` and `int4` are blocks of {@link BLOCK_SIZE} with a float32 scale. */
export type WeightEncoding = 'float32' | 'int8' | 'int4';

/**
 * Order of a tensor's rows in the file. Files of the `llama` architecture hold the rows of Q and K
 * permuted, head by head, so that rotation pairs neighbours: stored row `2j` of a head is row `j`, and
 * stored row `2j + 1` is row `j + headDim / 2`. Graphs always have Hugging Face's order (`stored` for
 * everything else), which the rotation in halves needs and adapters expect.
 */
export type RowOrder =
  { readonly kind: 'stored' } | { readonly kind: 'interleaved'; readonly heads: number };

/** A tensor of the model file seen as a matrix: `rows` outputs by `columns` inputs; a vector has one column. */
export interface WeightSource {
  /** Name in the model file. */
  readonly tensor: string;
  readonly rows: number;
  readonly columns: number;
  readonly rowOrder: RowOrder;
}

/** How a stored weight is made: tensors of equal width, stacked, in one encoding. */
export interface WeightRecipe {
  readonly sources: readonly WeightSource[];
  readonly encoding: WeightEncoding;
}

/** Rows of the stacked matrix. */
export function recipeRows(recipe: WeightRecipe): number {
  return recipe.sources.reduce((sum, source) => sum + source.rows, 0);
}

/** Columns of the stacked matrix. */
export function recipeColumns(recipe: WeightRecipe): number {
  return recipe.sources[0]?.columns ?? 0;
}

/** Bytes that one row takes in a part of the encoding. */
export function bytesPerRow(recipe: WeightRecipe, part: 'values' | 'scales'): number {
  const columns = recipeColumns(recipe);
  if (part === 'scales') return (columns / BLOCK_SIZE) * 4;
  return recipe.encoding === 'float32'
    ? columns * 4
    : recipe.encoding === 'int8'
      ? columns
      : columns / 2;
}

/** Equal for recipes that make the same bytes. */
export function recipeKey(recipe: WeightRecipe, part: 'values' | 'scales'): string {
  const sources = recipe.sources.map((source) => {
    const order = source.rowOrder.kind === 'stored' ? '' : `/${source.rowOrder.heads}`;
    return `${source.tensor}:${source.rows}x${source.columns}${order}`;
  });
  return `${recipe.encoding}.${part}(${sources.join('+')})`;
}
