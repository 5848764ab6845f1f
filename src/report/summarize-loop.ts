import type { AdapterDecision } from '../events/adapter-decision.ts';
import type { Answer } from '../events/answer.ts';
import type { LoopSummary } from './replay-summary.ts';

/**
 * Counts what gate and training did.
 *
 * @param gate - Kind of the gate.
 * @param answers - Any order. Not mutated.
 * @param decisions - Oldest first. Not mutated.
 */
export function summarizeLoop(
  gate: string,
  answers: readonly Pick<Answer, 'gate'>[],
  decisions: readonly AdapterDecision[],
): LoopSummary {
  const readings = answers.flatMap((answer) => answer.gate ?? []);
  const inBursts = readings.filter(({ burst }) => burst > 0);
  const versions = (wanted: AdapterDecision['decision']): number =>
    new Set(decisions.flatMap(({ decision, version }) => (decision === wanted ? [version] : [])))
      .size;
  return {
    gate,
    bursts: new Set(inBursts.map(({ burst }) => burst)).size,
    questionsInBursts: inBursts.length,
    incidents: readings.reduce((most, { incident }) => Math.max(most, incident), 0),
    alarms: readings.filter(({ alarm }) => alarm).length,
    adapters: {
      accepted: versions('accepted'),
      refused: versions('refused'),
      rolledBack: versions('rolled-back'),
      active: decisions.at(-1)?.activeVersion ?? 0,
    },
  };
}
