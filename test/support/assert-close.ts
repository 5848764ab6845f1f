import assert from 'node:assert/strict';

/** Asserts that a number is there and within `tolerance` of `expected`. */
export function assertClose(
  actual: number | null | undefined,
  expected: number,
  tolerance: number,
  what = 'value',
): asserts actual is number {
  assert.ok(typeof actual === 'number', `${what} is ${actual}, expected ${expected}`);
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what} is ${actual}, expected ${expected} ± ${tolerance}, off by ${Math.abs(actual - expected)}`,
  );
}
