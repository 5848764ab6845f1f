import { trustRows, type LabelledConfidences } from './labelled-confidences.ts';

/** Whether rows `i - 1` and `i` are in order by confidence, ties by outcome. */
function inOrder({ confidence, correct }: LabelledConfidences, i: number): boolean {
  const step = (confidence[i] as number) - (confidence[i - 1] as number);
  return step > 0 || (step === 0 && (correct[i] as number) >= (correct[i - 1] as number));
}

/**
 * The order of the rows by confidence, ties by outcome (wrong first), shape `[n]`.
 *
 * The second key makes whatever follows a function of the *set* of rows, not of their order.
 * @remarks O(n) for rows in order, as bootstrap resamples are, else O(n log n).
 */
export function sortedOrder(data: LabelledConfidences): Uint32Array {
  const { confidence, correct } = data;
  const order = new Uint32Array(confidence.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    sorted &&= i === 0 || inOrder(data, i);
  }
  if (sorted) return order;
  return order.sort(
    (i, j) =>
      (confidence[i] as number) - (confidence[j] as number) ||
      (correct[i] as number) - (correct[j] as number),
  );
}

/**
 * The rows by confidence, ties by outcome. `data` is not mutated.
 * @remarks O(n) for rows in order, else O(n log n).
 */
export function sortRows(data: LabelledConfidences): LabelledConfidences {
  const order = sortedOrder(data);
  const confidence = new Float64Array(order.length);
  const correct = new Uint8Array(order.length);
  for (let i = 0; i < order.length; i++) {
    confidence[i] = data.confidence[order[i] as number] as number;
    correct[i] = data.correct[order[i] as number] as number;
  }
  return trustRows(confidence, correct, data);
}

/** Rows of equal confidence: `from` inclusive, `to` exclusive, and how many of them are right. */
export interface TieGroup {
  readonly from: number;
  readonly to: number;
  readonly correct: number;
}

/** The groups of equal confidence in sorted rows, in order. */
export function tieGroups(sorted: LabelledConfidences): TieGroup[] {
  const { confidence, correct } = sorted;
  const groups: TieGroup[] = [];
  for (let from = 0, to = 0; from < confidence.length; from = to) {
    let right = 0;
    for (; to < confidence.length && confidence[to] === confidence[from]; to++) {
      right += correct[to] as number;
    }
    groups.push({ from, to, correct: right });
  }
  return groups;
}
