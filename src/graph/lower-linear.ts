import type { NamedValue } from './graph.ts';
import type { LoraInputs, LoweringContext } from './lowering-context.ts';
import type { Linear } from './network.ts';
import type { WeightEncoding, WeightSource } from './weight-recipe.ts';
import { BLOCK_SIZE } from './weight-recipe.ts';

/**
 * Computes with quantised activations too: int8 blocks of 32, int32 sums (`accuracy_level` of
 * `MatMulNBits`). Level 0 computes in floats and is up to 20 times slower for one row at 8 bits.
 */
const ACCURACY_LEVEL = 4;

/** A float vector of the model file, whole. */
export function vectorWeight({ builder }: LoweringContext, source: WeightSource): NamedValue {
  const recipe = { sources: [source], encoding: 'float32' } as const;
  return builder.weight(source.tensor, recipe, 'values', [source.rows]);
}

/** `x · Wᵀ` in an encoding; the weight is named after its tensor. */
export function lowerMatrix(
  { builder }: LoweringContext,
  name: string,
  x: NamedValue,
  source: WeightSource,
  encoding: WeightEncoding,
  bias?: NamedValue,
): NamedValue {
  const { tensor, rows, columns } = source;
  const recipe = { sources: [source], encoding };
  if (encoding === 'float32') {
    const weight = builder.weight(tensor, recipe, 'values', [rows, columns]);
    const attributes = { transB: 1 };
    if (bias === undefined) return builder.node('FusedMatMul', [x, weight], { name, attributes });
    const product = builder.node('FusedMatMul', [x, weight], {
      name: `${name}.product`,
      attributes,
    });
    return builder.node('Add', [product, bias], { name });
  }
  const bits = encoding === 'int8' ? 8 : 4;
  const blocks = Math.ceil(columns / BLOCK_SIZE);
  const shape = [rows, blocks, (BLOCK_SIZE * bits) / 8];
  const values = builder.weight(`${tensor}.${encoding}`, recipe, 'values', shape);
  const scales = builder.weight(`${tensor}.scales`, recipe, 'scales', [rows * blocks]);
  const inputs = [x, values, scales];
  return builder.node(
    'MatMulNBits',
    bias === undefined ? inputs : [...inputs, undefined, undefined, bias],
    {
      name,
      attributes: {
        K: columns,
        N: rows,
        bits,
        block_size: BLOCK_SIZE,
        accuracy_level: ACCURACY_LEVEL,
      },
    },
  );
}

/** A projection with its bias, plus `scale · (x · A) · B` where LoRA acts. */
export function lowerLinear(
  context: LoweringContext,
  name: string,
  x: NamedValue,
  linear: Linear,
  lora: LoraInputs | undefined,
): NamedValue {
  const { builder } = context;
  const bias = linear.bias === undefined ? undefined : vectorWeight(context, linear.bias);
  const baseName = lora === undefined ? name : `${name}.base`;
  const base = lowerMatrix(context, baseName, x, linear.weight, context.encoding, bias);
  if (lora === undefined) return base;
  const narrow = builder.node('MatMul', [x, lora.a], { name: `${name}.lora.a` });
  // Scaling here costs T·R products instead of T·out.
  const scaled = builder.node('Mul', [narrow, lora.scale], { name: `${name}.lora.scaled` });
  const wide = builder.node('MatMul', [scaled, lora.b], { name: `${name}.lora.b` });
  return builder.node('Add', [base, wide], { name });
}
