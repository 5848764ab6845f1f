import type { NamedValue } from './graph.ts';
import { lowerMatrix } from './lower-linear.ts';
import type { LoweringContext } from './lowering-context.ts';

/**
 * Outputs `logits` `[M, V]`, `log_normalizer` `[M, 1]` (the logarithm of the sum of the logits'
 * exponentials), `entropy` `[M, 1]` in nats and `hidden` `[M, D]` from the final norm's output
 * `[1, M, D]`.
 *
 * The normaliser is `max − ln(p_max)`, where `p_max`, the largest of the softmax, is at least `1/V` and
 * exact to a few units in the last place; entropy is a sum of `−p · ln p`, all of one sign. So neither
 * subtracts large numbers from each other. Softmax is the one pass over V that onnxruntime vectorises
 * with its exponential; `ReduceLogSumExp` is not.
 */
export function lowerHead(context: LoweringContext, normed: NamedValue): void {
  const { builder, network, tableEncoding } = context;
  const { hiddenSize } = network.config;
  const hiddenShape = builder.constant(
    'hidden.shape',
    BigInt64Array.of(-1n, BigInt(hiddenSize)),
    [2],
  );
  const hidden = builder.node('Reshape', [normed, hiddenShape], { name: 'hidden' });
  const logits = lowerMatrix(context, 'logits', hidden, network.head, tableEncoding);

  const axes = builder.constant('last_axis', BigInt64Array.of(-1n), [1]);
  const keep = { keepdims: 1 };
  const max = builder.node('ReduceMax', [logits, axes], { name: 'logits.max', attributes: keep });
  const p = builder.node('Softmax', [logits], { name: 'probabilities', attributes: { axis: -1 } });
  const pMax = builder.node('ReduceMax', [p, axes], {
    name: 'probabilities.max',
    attributes: keep,
  });
  const logPMax = builder.node('Log', [pMax], { name: 'probabilities.max.log' });
  const logNormalizer = builder.node('Sub', [max, logPMax], { name: 'log_normalizer' });
  const logP = builder.node('Sub', [logits, logNormalizer], { name: 'log_probabilities' });
  const terms = builder.node('Mul', [p, logP], { name: 'entropy.terms' });
  const sum = builder.node('ReduceSum', [terms, axes], { name: 'entropy.sum', attributes: keep });
  const entropy = builder.node('Neg', [sum], { name: 'entropy' });
  for (const value of [logits, logNormalizer, entropy, hidden]) builder.output(value);
}
