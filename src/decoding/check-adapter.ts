import { SeclError } from '../errors/secl-error.ts';
import type { LoraAdapter, LoraProjection } from '../ports/language-model.ts';

/** A projection of the network that can carry LoRA. */
export interface LoraSiteShape {
  readonly layer: number;
  readonly projection: LoraProjection;
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * Largest magnitude of a LoRA weight. Trained ones stay below 1. The bound keeps every product finite, so
 * that positions where the adapter is scaled by zero stay exactly what they were: `∞ · 0` is not zero.
 */
const LARGEST_WEIGHT = 1e4;

/**
 * Checks that an adapter fits a network.
 *
 * @throws SeclError `ADAPTER_REFUSED` if a site is unknown or given twice, a shape is wrong, or a number is
 *   not finite or absurdly large.
 */
export function checkAdapter(adapter: LoraAdapter, sites: readonly LoraSiteShape[]): void {
  const { version, rank, scaling } = adapter;
  if (!Number.isInteger(version) || version < 1) refuse(`its version is ${version}`);
  if (!Number.isInteger(rank) || rank < 1) refuse(`its rank is ${rank}`);
  checkNumber(scaling, 'its scaling');
  const shapes = new Map(sites.map((site) => [`${site.layer}.${site.projection}`, site]));
  for (const site of adapter.sites) {
    const name = `${site.layer}.${site.projection}`;
    const shape = shapes.get(name);
    if (shape === undefined) refuse(`the model has no free site ${name}`);
    shapes.delete(name);
    checkWeights(site.a, rank * shape.inputSize, `${name}, A`);
    checkWeights(site.b, shape.outputSize * rank, `${name}, B`);
  }
}

function checkWeights(weights: Float32Array, size: number, what: string): void {
  if (weights.length !== size) refuse(`${what} has ${weights.length} numbers instead of ${size}`);
  for (const weight of weights) checkNumber(weight, what);
}

function checkNumber(value: number, what: string): void {
  if (!(Math.abs(value) <= LARGEST_WEIGHT)) refuse(`${what} holds ${value}`);
}

function refuse(why: string): never {
  throw new SeclError('ADAPTER_REFUSED', `the adapter was refused: ${why}`, {
    hint: 'Use an adapter that was trained on this very model.',
  });
}
