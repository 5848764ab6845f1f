import { Tensor } from 'onnxruntime-common';
import type { LoraSiteInputs } from '../../model/model-manifest.ts';
import type { LoraAdapter } from '../../ports/language-model.ts';

/**
 * An adapter as the graph's inputs, both matrices transposed from PEFT's. Scaling is not in them. Sites that the
 * adapter leaves out get zeros of its rank: the runtime shares buffers between layers, and refuses a run in which they
 * have several ranks.
 *
 * @param sites - Of the graph. Every site of the adapter is among them, with the same shapes.
 */
export function loraTensors(
  { rank, sites: weights }: LoraAdapter,
  sites: readonly LoraSiteInputs[],
): Record<string, Tensor> {
  const tensors = idleLoraTensors(sites, rank);
  for (const { layer, projection, a, b } of weights) {
    const site = sites.find((s) => s.layer === layer && s.projection === projection);
    if (site === undefined) continue;
    const { inputSize, outputSize } = site;
    tensors[site.a] = new Tensor('float32', transpose(a, rank, inputSize), [inputSize, rank]);
    tensors[site.b] = new Tensor('float32', transpose(b, outputSize, rank), [rank, outputSize]);
  }
  return tensors;
}

/**
 * What the graph's LoRA inputs get where there is no adapter: zeros.
 *
 * @param rank - @defaultValue 1
 */
export function idleLoraTensors(
  sites: readonly LoraSiteInputs[],
  rank = 1,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { a, b, inputSize, outputSize } of sites) {
    tensors[a] = new Tensor('float32', new Float32Array(inputSize * rank), [inputSize, rank]);
    tensors[b] = new Tensor('float32', new Float32Array(outputSize * rank), [rank, outputSize]);
  }
  return tensors;
}

/** `[rows, columns]` to `[columns, rows]`, row-major. */
function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = matrix[row * columns + column] as number;
  return out;
}
