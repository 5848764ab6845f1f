import { createHash } from 'node:crypto';
import { GENERAL_PROMPTS } from '../secl/prompts/general-prompts.ts';
import type { PromptTemplate } from '../secl/prompts/prompt-set.ts';
import type { ScoringOptions } from '../secl/scoring-options.ts';
import type { Topology } from '../topology/topology.ts';

/** Every score of every answer names its prompt, and there are a dozen templates. */
const hashes = new WeakMap<PromptTemplate, string>();

/** Provenance of a prompt: SHA-256 over name, version and texts, first 16 hex digits. */
export function promptHash(template: PromptTemplate): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const { name, version, system, user } = template;
  const text = JSON.stringify([name, version, system, user]);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  hashes.set(template, hash);
  return hash;
}

/**
 * The method's settings as a topology gives them.
 *
 * @param contextLength - Positions the model holds. @defaultValue what the topology's cache holds
 */
export function scoringOptionsOf(
  topology: Topology,
  contextLength: number = topology.model.arenaPositions,
): ScoringOptions {
  const { answer, confidence, scoring, limits } = topology;
  return {
    prompts: GENERAL_PROMPTS,
    maxTokens: answer.maxTokens,
    distractorMaxTokens: scoring.distractorMaxTokens,
    distractors: scoring.distractors,
    ...limits,
    contextLength,
    evidence: confidence.evidence,
    adapterScope: topology.adapter.scope,
    minimumMass: confidence.minimumMass,
    normalization: scoring.normalization,
    scores: scoring.when === 'never' ? scoring.scores.filter(isUnjudged) : scoring.scores,
    published: confidence.published,
    promptHash,
  };
}

/** Scores that need neither distractors nor a judgement. */
function isUnjudged(name: ScoringOptions['published']): boolean {
  return name !== 'pTrue' && name !== 'normalizedPTrue';
}
