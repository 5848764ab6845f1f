import type { Clock } from '../../src/ports/clock.ts';

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  move(ms: number): void;
}

/** A clock that starts in 2023, so that times look like times. */
export function manualClock(): ManualClock {
  let ms = 1_700_000_000_000;
  return {
    nowMs: () => ms,
    monotonicMs: () => ms,
    move: (by) => {
      ms += by;
    },
  };
}
