import type { NetworkConfig } from '../graph/network.ts';
import { rotaryTables } from '../graph/rotary-tables.ts';
import type { RotaryTables } from '../graph/rotary-tables.ts';

/** Bias of a position that is not seen; as a weight it is 0 in float32. */
const UNSEEN = -1e9;

/** Rotations and visibility of positions `[first, first + count)` of a prompt. */
export interface StretchArrays extends RotaryTables {
  /** `[count, first + count]`: 0 up to and including the position itself, −1e9 after. */
  readonly attentionBias: Float32Array;
}

/** Makes what a graph of `lowerTrained` or `lowerBelow` is told about its positions. */
export function stretchArrays(config: NetworkConfig, first: number, count: number): StretchArrays {
  const total = first + count;
  const half = config.headSize / 2;
  const tables = rotaryTables(total, config.headSize, config.ropeTheta);
  const attentionBias = new Float32Array(count * total);
  for (let row = 0; row < count; row += 1) {
    attentionBias.fill(UNSEEN, row * total + first + row + 1, (row + 1) * total);
  }
  return {
    cos: tables.cos.subarray(first * half),
    sin: tables.sin.subarray(first * half),
    attentionBias,
  };
}
