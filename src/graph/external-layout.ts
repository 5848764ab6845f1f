import type { ConstantValues, Graph } from './graph.ts';
import type { WeightRecipe } from './weight-recipe.ts';
import { bytesPerRow, recipeKey, recipeRows } from './weight-recipe.ts';

/** Alignment of stored tensors in bytes: a page, so that a runtime can map them (ONNX, external data). */
export const EXTERNAL_ALIGNMENT = 4096;

/** Constants above this size in bytes are stored outside the graph's own file. */
export const INLINE_LIMIT_BYTES = 1024;

/** Where a stored tensor lies in the data file. */
export interface ExternalRange {
  readonly offset: number;
  readonly byteLength: number;
}

/** One thing to be written to the data file. */
export type ExternalItem =
  | { readonly kind: 'constant'; readonly values: ConstantValues; readonly at: ExternalRange }
  | {
      readonly kind: 'weight';
      readonly recipe: WeightRecipe;
      readonly values: ExternalRange;
      /** `undefined` for float32. */
      readonly scales: ExternalRange | undefined;
    };

/** Where everything that does not fit into the graph's own file goes. */
export interface ExternalLayout {
  /** By name of initialiser; those not here are written inline. Initialisers with equal bytes share a range. */
  readonly ranges: ReadonlyMap<string, ExternalRange>;
  /** In the order of their offsets; a weight's scales follow its values. */
  readonly items: readonly ExternalItem[];
  /** Size of the data file. */
  readonly totalBytes: number;
}

/** Lays out a graph's large initialisers, in the order of the graph, each on a page of its own. */
export function layoutExternalData(graph: Graph): ExternalLayout {
  const ranges = new Map<string, ExternalRange>();
  const weights = new Map<string, { values: ExternalRange; scales: ExternalRange | undefined }>();
  const items: ExternalItem[] = [];
  let end = 0;
  const place = (byteLength: number): ExternalRange => {
    const offset = Math.ceil(end / EXTERNAL_ALIGNMENT) * EXTERNAL_ALIGNMENT;
    end = offset + byteLength;
    return { offset, byteLength };
  };
  for (const { name, content } of graph.initializers) {
    if (content.kind === 'constant') {
      if (content.values.byteLength <= INLINE_LIMIT_BYTES) continue;
      const at = place(content.values.byteLength);
      items.push({ kind: 'constant', values: content.values, at });
      ranges.set(name, at);
      continue;
    }
    const { recipe } = content;
    const key = recipeKey(recipe, 'values');
    let placed = weights.get(key);
    if (placed === undefined) {
      const rows = recipeRows(recipe);
      placed = {
        values: place(rows * bytesPerRow(recipe, 'values')),
        scales:
          recipe.encoding === 'float32' ? undefined : place(rows * bytesPerRow(recipe, 'scales')),
      };
      weights.set(key, placed);
      items.push({ kind: 'weight', recipe, ...placed });
    }
    const range = placed[content.part];
    if (range !== undefined) ranges.set(name, range);
  }
  return { ranges, items, totalBytes: end };
}
