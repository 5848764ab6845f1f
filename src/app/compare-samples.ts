import type { Answer } from '../events/answer.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { isRefused, planQuestion } from '../secl/plan-question.ts';
import { sampleAgreement, type SampledAgreement } from '../secl/sample-agreement.ts';
import { sharedPrefixes } from '../secl/shared-prefixes.ts';
import type { PlannedQuestion, WrittenAnswer } from '../secl/work.ts';
import { writeAnswers } from '../secl/write-answers.ts';
import type { Topology } from '../topology/topology.ts';
import type { ReplayInput } from './replay-input.ts';
import { createReplayMeter, type ReplayProgress } from './replay-progress.ts';
import { scoringOptionsOf } from './scoring-options-of.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** How {@link compareSamples} goes about it. */
export interface CompareSamplesOptions {
  readonly signal: AbortSignal;
  /** Makes the model's passes durable; called after each batch. */
  readonly keepPasses: () => void;
  /** Gives the milliseconds that the model took since it was asked last. */
  readonly takeModelMs: () => number;
  /** Told after each batch. */
  readonly onProgress?: ((progress: ReplayProgress) => void) | undefined;
}

/** What {@link compareSamples} gives. */
export interface ComparedSamples {
  /** One per answer. */
  readonly agreements: readonly SampledAgreement[];
  /** Milliseconds that the samples took: writing the answers has been counted by their run. */
  readonly modelMs: number;
}

/**
 * Self-consistency of a run's answers: each is written once more, which kept passes serve, and samples follow it in
 * the same scope, so that their cost is what they add.
 *
 * @param answers - Of the whole of `input`, dead letters left out.
 * @throws SeclError `CANCELLED` if the signal fired.
 */
export async function compareSamples(
  model: LanguageModel,
  input: ReplayInput,
  answers: readonly Pick<Answer, 'questionId'>[],
  topology: Topology,
  { signal, keepPasses, takeModelMs, onProgress }: CompareSamplesOptions,
): Promise<ComparedSamples> {
  const { tokenizer } = model;
  const options = scoringOptionsOf(topology, model.description.contextLength);
  const answered = new Set(answers.map(({ questionId }) => questionId));
  const planned = input.items.flatMap((item): PlannedQuestion[] => {
    if ('bytes' in item || !answered.has(item.question.id)) return [];
    const plan = planQuestion(item.question, tokenizer, options);
    return isRefused(plan) ? [] : [plan];
  });
  const prefixes = sharedPrefixes(options.prompts, tokenizer);
  const meter = createReplayMeter(planned.length, SYSTEM_CLOCK);
  const agreements: SampledAgreement[] = [];
  let modelMs = 0;
  for (let from = 0; from < planned.length; from += topology.batch.maxBatch) {
    const batch = planned.slice(from, from + topology.batch.maxBatch);
    const scope = await model.openScope(prefixes);
    try {
      const results = await writeAnswers(scope, tokenizer, batch, options, signal);
      const written = results.filter((result): result is WrittenAnswer => !isRefused(result));
      takeModelMs();
      const sampling = { ...options, seed: topology.seed };
      agreements.push(...(await sampleAgreement(scope, tokenizer, written, sampling, signal)));
      modelMs += takeModelMs();
    } finally {
      await scope.close();
    }
    keepPasses();
    const rows = batch.map(() => ({ confidence: null, correct: null }));
    onProgress?.(meter.update(from + batch.length, rows, 0));
  }
  return { agreements, modelMs };
}
