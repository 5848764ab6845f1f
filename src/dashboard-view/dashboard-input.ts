import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { AdapterRecord } from '../events/adapter.ts';
import type { Answer } from '../events/answer.ts';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { Feedback } from '../events/feedback.ts';
import type { TrainingBatch } from '../events/training-batch.ts';

/** One committed record of a topic that the page shows, with when it was written (milliseconds since the epoch). */
export type DashboardInput = { readonly atMs: number } & (
  | { readonly kind: 'answer'; readonly value: Answer }
  | { readonly kind: 'label'; readonly value: Feedback }
  | { readonly kind: 'window'; readonly value: CalibrationWindow }
  | { readonly kind: 'batch'; readonly value: TrainingBatch }
  | { readonly kind: 'adapter'; readonly value: AdapterRecord }
  | { readonly kind: 'decision'; readonly value: AdapterDecision }
  | { readonly kind: 'dead-letter'; readonly value: DeadLetter }
  /** A record that this version cannot read. */
  | { readonly kind: 'unreadable'; readonly value: string }
);
