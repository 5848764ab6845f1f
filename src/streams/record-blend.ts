import { DEFAULT_CYCLES, DEFAULT_WINDOW, type BlendOptions } from './blend.ts';
import type { RecordedBlend } from './stream-header.ts';

/** What a header says of a blend. */
export function recordBlend(
  { kind, window = DEFAULT_WINDOW, cycles = DEFAULT_CYCLES }: BlendOptions,
  order: readonly string[],
  changes: readonly number[],
): RecordedBlend {
  return {
    kind,
    order,
    window: kind === 'gradual' ? window : null,
    cycles: kind === 'recurring' ? cycles : null,
    changes,
  };
}
