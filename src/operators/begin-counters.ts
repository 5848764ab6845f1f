import type { ErrorCode } from '../errors/error-code.ts';
import type { AnswerStyle } from '../events/question.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { placeAttributes, type Place } from './measure-batch.ts';

/** Why records become dead letters. */
const LETTER_CODES = [
  'RECORD_INVALID',
  'RECORD_TOO_LARGE',
  'CONTEXT_OVERFLOW',
  'MODEL_FAILED',
] as const satisfies readonly ErrorCode[];

/** How answers are written. */
const STYLES = ['short', 'choice', 'reasoning'] as const satisfies readonly AnswerStyle[];

/** What the burst's own evidence may have against an adapter; a trial has the same, under a longer name. */
const EVIDENCE = ['HELD_OUT_WORSE', 'MEAN_MOVED', 'NOT_FINITE'] as const;
/** Why adapters are refused and rolled back, as far as alerts take note of it; somebody else's trainer may have more. */
const REFUSALS = [
  ...[...EVIDENCE, 'DRIFTED', 'WRONG_SCOPE', 'ADAPTER_REFUSED', 'TRAINING_FAILED'].map(
    (code) => ['refused', code] as const,
  ),
  ...EVIDENCE.map((code) => ['rolled-back', `TRIAL_${code}`] as const),
];

/**
 * Begins the counters of dead letters of a partition at 0. Prometheus sees no step of a counter whose first value is
 * its first event: without a 0 before it, an alert on the first of something never fires.
 */
export function beginLetters(telemetry: Telemetry, place: Place): void {
  const at = placeAttributes(place);
  for (const code of LETTER_CODES)
    telemetry.measure('secl.dead_letters', 0, { ...at, 'error.type': code });
}

/**
 * Begins the counters that alerts are made of at 0, when a partition's questions begin to be answered; see
 * {@link beginLetters}.
 *
 * @param learns - Whether bursts train adapters here.
 */
export function beginCounters(telemetry: Telemetry, place: Place, learns: boolean): void {
  const at = placeAttributes(place);
  for (const style of STYLES)
    telemetry.measure('secl.answers', 0, { ...at, 'secl.question.style': style });
  beginLetters(telemetry, place);
  for (const name of ['secl.gate.alarms', 'secl.gate.bursts', 'secl.gate.burst.answers'] as const)
    telemetry.measure(name, 0, at);
  if (!learns) return;
  for (const [decision, code] of REFUSALS)
    telemetry.measure('secl.adapter.decisions', 0, {
      'secl.adapter.decision': decision,
      'secl.adapter.decision.code': code,
    });
}
