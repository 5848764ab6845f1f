import { seededRandom } from '../../src/random/seeded-random.ts';
import type { CompareRun, CompareSummary } from '../../src/report/compare-summary.ts';
import { spreadOverRuns, summarizeStrategies } from '../../src/report/summarize-strategies.ts';
import { summaryDefinition } from '../../src/report/summary-definition.ts';

const OPTIONS = { bins: 10, resamples: 50, simulations: 20 };

/** The made-up comparison with verbalized confidence alone. */
export function singleStrategy(seeds: readonly number[]): CompareSummary {
  const summary = syntheticComparison(['geography', 'calendar'], seeds);
  const alone = ({ verbalized }: CompareRun['strategies']): CompareRun['strategies'] =>
    verbalized === undefined ? {} : { verbalized };
  const runs = summary.runs.map((run) => ({ ...run, strategies: alone(run.strategies) }));
  return {
    ...summary,
    strategies: alone(summary.strategies),
    runs,
    spread: spreadOverRuns(runs),
  };
}

/**
 * A made-up comparison of three strategies, one of them on a sample.
 *
 * @param domains - Their names; fifty answers each.
 * @param seeds - One run each.
 */
export function syntheticComparison(
  domains: readonly string[] = ['geography', 'calendar'],
  seeds: readonly number[] = [1],
): CompareSummary {
  const runs = seeds.map((seed): CompareRun => {
    const random = seededRandom(seed);
    const outcomes = ['verbalized', 'normalizedPTrue', 'dinco'].map((name, at) => ({
      name,
      rows: domains.flatMap((domain, d) =>
        Array.from({ length: 50 }, (_, i) => ({
          position: 50 * d + i,
          domain,
          correct: random.next() < 0.4,
          confidence: Math.min(1, random.next() * 0.5 + 0.5 / (at + 1)),
        })),
      ),
      deadLetters: {},
      sampled: name === 'dinco',
      forwardTokens: { answer: 1000, confidence: 0, scoring: at * 5000, training: 0 },
      trainedQuestions: 0,
      scoredAnswers: 0,
      modelMs: 1234,
      trainingMs: 56,
    }));
    return { seed, order: 0, strategies: summarizeStrategies(outcomes, { ...OPTIONS, seed }) };
  });
  return {
    stream: 'made-up',
    model: 'stand-in',
    ablation: null,
    questions: domains.length * 50,
    complete: true,
    strategies: runs[0]?.strategies ?? {},
    runs,
    spread: spreadOverRuns(runs),
    definition: summaryDefinition({ ...OPTIONS, seed: seeds[0] ?? 0 }),
  };
}
