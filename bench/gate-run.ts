import type { GateOptions } from '../src/drift/gate-options.ts';
import { initialGate, stepGate } from '../src/drift/gate.ts';
import type { GateStream } from './gate-streams.ts';

/** What a gate did on one stream. */
export interface GateRun {
  /** The domains on either side of each change. */
  readonly between: readonly string[];
  /** Questions from each change to the incident it made, that question counted; `null`: none before the next change. */
  readonly delays: readonly (number | null)[];
  readonly falseAlarms: number;
  readonly questions: number;
  /** Questions while a burst was open. */
  readonly inBursts: number;
}

/** Shows a gate one stream, and compares its incidents with the stream's changes. */
export function runGate(
  { observations, changes, width }: GateStream,
  options: GateOptions,
): GateRun {
  let state = initialGate(options);
  let incident = 1;
  let falseAlarms = 0;
  let inBursts = 0;
  const delays: (number | null)[] = changes.map(() => null);
  observations.forEach((observation, i) => {
    const step = stepGate(state, observation, options);
    state = step.state;
    const { status } = step;
    if (status.positionInBurst > 0) inBursts++;
    const newest = changes.findLastIndex((change) => change <= i);
    if (status.incident > incident && newest >= 0 && delays[newest] === null)
      delays[newest] = i - (changes[newest] as number) + 1;
    // While a change is under way, alarms are about it.
    else if (status.alarm && (newest < 0 || i >= (changes[newest] as number) + width))
      falseAlarms++;
    incident = Math.max(incident, status.incident);
  });
  const nameOf = (i: number): string => observations[i]?.domain ?? 'unknown';
  const between = changes.map(
    (change) =>
      `${nameOf(change - 1)} to ${nameOf(Math.min(change + width, observations.length - 1))}`,
  );
  return { between, delays, falseAlarms, questions: observations.length, inBursts };
}
