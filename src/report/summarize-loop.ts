import {
  actingAfter,
  fateAfter,
  type AdapterDecision,
  type AdapterFateDecision,
} from '../events/adapter-decision.ts';
import type { Answer } from '../events/answer.ts';
import type { AdapterCounts, LoopSummary } from './replay-summary.ts';

/**
 * Counts what became of versions, each once for each fate that it had. A refusal of what was decided about already is
 * another partition's batch, too late for its number; a rollback of version 0 took nothing away.
 */
function countFates(decisions: readonly AdapterDecision[]): AdapterCounts {
  const newest = new Map<number, AdapterFateDecision>();
  const versions = {
    accepted: new Set<number>(),
    refused: new Set<number>(),
    'rolled-back': new Set<number>(),
  };
  for (const made of decisions) {
    const { version } = made;
    const fate = fateAfter(newest.get(version), made);
    if (fate !== made || version === 0) continue;
    newest.set(version, fate);
    versions[fate.decision].add(version);
  }
  return {
    accepted: versions.accepted.size,
    refused: versions.refused.size,
    rolledBack: versions['rolled-back'].size,
    active: decisions.reduce(actingAfter, 0),
  };
}

/**
 * Counts what gate and training did. Each partition has a gate of its own, which counts its bursts and incidents from 1.
 *
 * @param gate - Kind of the gate.
 * @param answers - Any order. Not mutated.
 * @param decisions - Oldest first. Not mutated.
 */
export function summarizeLoop(
  gate: string,
  answers: readonly Pick<Answer, 'gate' | 'sourcePartition'>[],
  decisions: readonly AdapterDecision[],
): LoopSummary {
  const readings = answers.flatMap(({ gate: reading, sourcePartition: partition }) =>
    reading === null ? [] : [{ ...reading, partition }],
  );
  const inBursts = readings.filter(({ burst }) => burst > 0);
  const incidents = new Map<number, number>();
  for (const { partition, incident } of readings)
    incidents.set(partition, Math.max(incidents.get(partition) ?? 0, incident));
  return {
    gate,
    bursts: new Set(inBursts.map(({ partition, burst }) => `${partition}/${burst}`)).size,
    questionsInBursts: inBursts.length,
    incidents: [...incidents.values()].reduce((sum, count) => sum + count, 0),
    alarms: readings.filter(({ alarm }) => alarm).length,
    adapters: countFates(decisions),
  };
}
