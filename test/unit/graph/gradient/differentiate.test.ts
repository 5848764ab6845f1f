import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';

import { packageRoot } from '../../../../src/app/package-root.ts';
import { layoutExternalData } from '../../../../src/graph/external-layout.ts';
import { differentiate, GRADIENT_RULES } from '../../../../src/graph/gradient/differentiate.ts';
import { GraphBuilder } from '../../../../src/graph/graph-builder.ts';
import { serializeOnnx } from '../../../../src/graph/serialize-onnx.ts';
import { tensorType } from '../../../../src/graph/tensor-type.ts';
import type { Dimension } from '../../../../src/graph/tensor-type.ts';
import { verifyGraph } from '../../../../src/graph/verify-graph.ts';
import { GRADIENT_CASES } from '../../../support/gradient-cases.ts';
import type { GradientCase, Write } from '../../../support/gradient-cases.ts';
import { namedNumbers } from '../../../support/tiny-network.ts';

const GOLDEN = JSON.parse(
  readFileSync(join(packageRoot(), 'test/golden/graph/gradients.json'), 'utf8'),
) as Readonly<Record<string, { loss: number; gradients: readonly (readonly number[])[] }>>;

/** Sums of at most 36 products of numbers below 8 in float32: some 1e-6. */
const FLOAT32_TOLERANCE = 5e-6;

/**
 * Central differences with a step of 2⁻⁶: rounding of the loss (1e-7 · 4) over the step gives 3e-5, the third
 * derivative (below 10 here) times step² / 6 gives 4e-4.
 */
const STEP = 2 ** -6;
const DIFFERENCE_TOLERANCE = 1e-3;

function writer(builder: GraphBuilder): Write {
  let count = 0;
  const write = ((operator, inputs, attributes = {}) =>
    builder.node(operator, inputs, { name: `n${count++}`, attributes })) as Write;
  const many: Write['many'] = (operator, inputs, attributes, outputs) => {
    const name = `n${count++}`;
    const names = Array.from({ length: outputs }, (_, i) => `${name}.${i}`);
    return builder.nodes(operator, inputs, { name, attributes, outputs: names });
  };
  return Object.assign(write, {
    builder,
    many,
    integers: (...values: readonly number[]) =>
      builder.constant(`i${count++}`, BigInt64Array.from(values, BigInt), [values.length]),
    number: (value: number) => builder.constant(`f${count++}`, Float32Array.of(value), [1]),
  });
}

/** The sizes that a case's inputs give to the names in a shape. */
function sizesOf(test: GradientCase, shape: readonly Dimension[]): number[] {
  const sizes = new Map<Dimension, number>();
  test.declared?.forEach((declared, index) => {
    declared.forEach((name, axis) => sizes.set(name, test.inputs[index]![axis]!));
  });
  const sizeOf = (name: string): number => sizes.get(name) ?? Number(name);
  return shape.map((size) =>
    String(size)
      .split('+')
      .map(sizeOf)
      .reduce((a, b) => a + b, 0),
  );
}

/** `loss = Σ y · w` and its gradients, as a session of onnxruntime. */
async function compile(
  test: GradientCase,
): Promise<
  (inputs: readonly Float32Array[]) => Promise<{ loss: number; gradients: Float32Array[] }>
> {
  const builder = new GraphBuilder(test.name);
  const inputs = test.inputs.map((shape, index) =>
    builder.input(`x${index}`, tensorType('float32', test.declared?.[index] ?? shape)),
  );
  const y = test.build(writer(builder), inputs);
  const weights = builder.input('weights', y.type);
  const product = builder.node('Mul', [y, weights], { name: 'product' });
  const axes = [...y.type.shape.keys()];
  const loss = builder.node(
    'ReduceSum',
    [product, builder.constant('all', BigInt64Array.from(axes, BigInt), [axes.length])],
    { name: 'loss', attributes: { keepdims: 1 } },
  );
  builder.output(loss);
  const gradients = differentiate(builder, loss, inputs);
  const names = inputs.map(({ name }) => gradients.get(name)!.name);
  for (const gradient of gradients.values()) builder.output(gradient);
  const graph = builder.build();
  verifyGraph(graph);
  const session = await InferenceSession.create(
    serializeOnnx(graph, { dataFile: 'none', layout: layoutExternalData(graph) }),
    { intraOpNumThreads: 1, logSeverityLevel: 3 },
  );
  const w = namedNumbers(`${test.name}.weights`, test.size, 1);
  return async (values) => {
    const feeds: Record<string, Tensor> = {
      weights: new Tensor('float32', w, sizesOf(test, y.type.shape)),
    };
    values.forEach((value, index) => {
      feeds[`x${index}`] = new Tensor('float32', value, [...test.inputs[index]!]);
    });
    const results = await session.run(feeds);
    inputs.forEach((_, index) => {
      assert.deepEqual(
        results[names[index]!]!.dims,
        test.inputs[index],
        `shape of gradient ${index}`,
      );
    });
    return {
      loss: (results['loss']!.data as Float32Array)[0]!,
      gradients: names.map((name) => results[name]!.data as Float32Array),
    };
  };
}

describe('differentiate', () => {
  for (const test of GRADIENT_CASES) {
    it(`${test.name}: PyTorch's gradients, and those of finite differences`, async () => {
      const golden = GOLDEN[test.name]!;
      const run = await compile(test);
      const inputs = test.inputs.map((shape, index) =>
        namedNumbers(
          `${test.name}.${index}`,
          shape.reduce((a, b) => a * b, 1),
          1,
        ),
      );
      const { loss, gradients } = await run(inputs);
      assert.ok(
        Math.abs(loss - golden.loss) < FLOAT32_TOLERANCE,
        `loss ${loss}, not ${golden.loss}`,
      );
      for (const [index, gradient] of gradients.entries()) {
        const expected = golden.gradients[index]!;
        assert.equal(gradient.length, expected.length);
        for (const [i, value] of gradient.entries()) {
          const what = `gradient ${index} at ${i}: ${value}`;
          assert.ok(
            Math.abs(value - expected[i]!) < FLOAT32_TOLERANCE,
            `${what}, not ${expected[i]}`,
          );
          const at = async (step: number): Promise<number> => {
            const moved = inputs.map((input) => input.slice());
            moved[index]![i]! += step;
            return (await run(moved)).loss;
          };
          const difference = ((await at(STEP)) - (await at(-STEP))) / (2 * STEP);
          assert.ok(
            Math.abs(value - difference) < DIFFERENCE_TOLERANCE,
            `${what}, not ${difference}`,
          );
        }
      }
    });
  }

  it('has a case for every rule', () => {
    const used = new Set<string>();
    for (const test of GRADIENT_CASES) {
      const builder = new GraphBuilder(test.name);
      const inputs = test.inputs.map((shape, i) =>
        builder.input(`x${i}`, tensorType('float32', shape)),
      );
      test.build(writer(builder), inputs);
      for (const { operator } of builder.build().nodes) used.add(operator);
    }
    assert.deepEqual(
      [...GRADIENT_RULES.keys()].filter((operator) => !used.has(operator)),
      [],
    );
  });

  const scalar = tensorType('float32', [1]);

  it('gives no gradient to what was not asked for, and stops where nothing depends on it', () => {
    const builder = new GraphBuilder('pruned');
    const x = builder.input('x', scalar);
    const w = builder.input('w', scalar);
    // QuickGelu has no rule: it is only passed over if nothing is asked of what lies before it.
    const before = builder.node('QuickGelu', [x], { name: 'before', attributes: { alpha: 1 } });
    const loss = builder.node('Mul', [before, w], { name: 'loss' });
    const gradients = differentiate(builder, loss, [w]);
    assert.deepEqual([...gradients.keys()], ['w']);
    const added = builder.build().nodes.slice(2);
    assert.deepEqual(
      added.map(({ operator, inputs }) => [operator, ...inputs]),
      [['Mul', 'd.loss', 'before']],
    );
  });

  it('refuses an operator without a rule, a loss that is no number, and a stranger', () => {
    const builder = new GraphBuilder('refused');
    const x = builder.input('x', scalar);
    const stranger = builder.input('stranger', scalar);
    const wide = builder.input('wide', tensorType('float32', ['rows']));
    const y = builder.node('QuickGelu', [x], { name: 'y', attributes: { alpha: 1 } });
    const code = 'GRAPH_INVALID';
    assert.throws(() => differentiate(builder, y, [x]), {
      code,
      message: /no gradient of QuickGelu/,
    });
    assert.throws(() => differentiate(builder, wide, [wide]), { code, message: /is no number/ });
    assert.throws(() => differentiate(builder, x, [stranger]), {
      code,
      message: /does not depend on stranger/,
    });
  });
});
