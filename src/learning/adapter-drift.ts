import type { LoraAdapter, LoraSite } from '../ports/language-model.ts';

/**
 * How far an adapter moves a model from its base: the Frobenius norm over all that it adds to the weights,
 * `scaling · √(Σ ‖B·A‖²)`.
 *
 * @returns At least 0; NaN or infinite if a number of it is.
 * @remarks O(R · (R + 1) · size) a site: `‖B·A‖² = Σ (BᵀB ∘ AAᵀ)`, so that no matrix of the model's size is made.
 */
export function adapterDrift({ rank, scaling, sites }: LoraAdapter): number {
  const square = sites.reduce((sum, site) => sum + squaredNorm(site, rank), 0);
  // Rounding may leave a product of zeros just below zero.
  return Math.abs(scaling) * Math.sqrt(Math.max(0, square));
}

function squaredNorm({ a, b }: LoraSite, rank: number): number {
  const inputs = a.length / rank;
  const outputs = b.length / rank;
  let sum = 0;
  for (let r = 0; r < rank; r++)
    for (let s = 0; s <= r; s++) {
      let ofA = 0;
      for (let i = 0; i < inputs; i++)
        ofA += (a[r * inputs + i] as number) * (a[s * inputs + i] as number);
      let ofB = 0;
      for (let o = 0; o < outputs; o++)
        ofB += (b[o * rank + r] as number) * (b[o * rank + s] as number);
      sum += (r === s ? 1 : 2) * ofA * ofB;
    }
  return sum;
}
