import type { Clock } from '../ports/clock.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { TraceMemory } from './trace-memory.ts';

/** What the spans of a partition's batches are made with. */
export interface TraceOptions {
  readonly telemetry: Telemetry;
  readonly memory: TraceMemory;
  readonly clock: Clock;
  /** What carries the records, e.g. `kafka`. */
  readonly system: string;
  /** The consumer group. */
  readonly group: string;
  /** Name of the base model. */
  readonly model: string;
}

/** Parts of a batch's way, in their order. */
export type Stage =
  'consume' | 'settle' | 'answer' | 'verbalize' | 'gate' | 'score' | 'learn' | 'publish' | 'commit';

/** When a part began and ended, in milliseconds since the epoch. */
export interface StageTime {
  readonly startMs: number;
  readonly endMs: number;
}

/** When a batch was read, and the parts of its way so far. */
export interface BatchTimes {
  readonly polledMs: number;
  readonly stages: ReadonlyMap<Stage, StageTime>;
}
