import { seededRandom } from '../../src/random/seeded-random.ts';
import type { ReplayReport } from '../../src/report/replay-report.ts';
import type { LoopSummary, ReplayRow } from '../../src/report/replay-summary.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { summarizeRun } from '../../src/report/summarize-run.ts';

/** Accuracy of each made-up domain, and how sure P(True) is of it. */
const DOMAINS = [
  { name: 'geography', accuracy: 0.35, suggestible: 0.5 },
  { name: 'chemistry', accuracy: 0.1, suggestible: 0.7 },
  { name: 'arithmetic', accuracy: 0.6, suggestible: 0.3 },
  { name: 'calendar', accuracy: 0.25, suggestible: 0.6 },
] as const;

/**
 * Rows of a made-up run in four blocks: verbalized always sure, the other confidences of mixed worth,
 * NormPTrue missing now and then.
 *
 * @param perDomain - Questions in each block.
 */
export function syntheticRows(perDomain: number, seed: number): ReplayRow[] {
  const random = seededRandom(seed);
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  return DOMAINS.flatMap(({ name, accuracy, suggestible }, block) =>
    Array.from({ length: perDomain }, (_, i) => {
      const known = clip(accuracy + 0.3 * random.normal());
      const correct = random.next() < known;
      const verbalizedWithEvidence = clip(0.35 + 0.6 * known + 0.1 * random.normal());
      return {
        index: block * perDomain + i,
        domain: name,
        correct,
        confidences: {
          verbalized: clip(0.85 + 0.05 * random.normal()),
          verbalizedWithEvidence,
          answerProbability: clip(known + 0.15 * random.normal()),
          tokenCertainty: clip(0.1 + known + 0.1 * random.normal()),
          pTrue: clip(suggestible + 0.2 * random.normal()),
          normalizedPTrue: random.next() < 0.05 ? null : clip(0.3 + 0.2 * random.normal()),
          published: verbalizedWithEvidence,
        },
      };
    }),
  );
}

/** Questions of each made-up burst, one at the start of each domain. */
const BURST = 8;

/** Rows as a loop would have left them: a burst where a domain begins, a new version halfway through it and after it. */
export function learningRows(perDomain: number, seed: number): ReplayRow[] {
  return syntheticRows(perDomain, seed).map((row) => {
    const block = Math.floor(row.index / perDomain);
    const position = row.index % perDomain;
    const steps = position < BURST / 2 ? 0 : position < BURST ? 1 : 2;
    return {
      ...row,
      burst: position < BURST ? block + 1 : 0,
      incident: block + 1,
      adapterVersion: 2 * block + steps,
    };
  });
}

/** What {@link learningRows} say, with one more version refused. */
export const LEARNING: LoopSummary = {
  gate: 'drift',
  bursts: 4,
  questionsInBursts: 4 * BURST,
  incidents: 4,
  alarms: 3,
  adapters: { accepted: 8, refused: 1, rolledBack: 0, active: 8 },
};

/** A made-up run as a report. */
export function syntheticReport(perDomain: number, seed: number): ReplayReport {
  const rows = syntheticRows(perDomain, seed);
  return {
    title: 'four-domains.jsonl',
    model: 'qwen2.5-coder-0.5b-instruct',
    topology: 'qa',
    seed,
    startedAt: '2026-11-24T09:30:00Z',
    complete: true,
    publishedSource: 'verbalizedWithEvidence',
    provenance: [
      { name: 'Model', value: 'qwen2.5-coder-0.5b-instruct, int8' },
      { name: 'Model fingerprint', value: '5f1c9d0e7a2b4c68' },
      { name: 'Run fingerprint', value: 'a83e02bd5517fc90' },
      { name: 'Adapter', value: '0 (none)' },
    ],
    summary: summarizeRun(
      {
        questions: rows.length + 2,
        deadLettered: 2,
        complete: true,
        forwardTokens: {
          answer: 61 * rows.length,
          confidence: 38 * rows.length,
          scoring: 212 * rows.length,
          training: 0,
        },
        rows,
      },
      { resamples: 200, simulations: 200, seed },
    ),
    rows,
    adapters: [],
  };
}

/** A made-up run as `secl report` reads it, with changes. */
export function syntheticRunReport(
  folder: string,
  seed: number,
  changes: Partial<RunReport> = {},
): RunReport {
  return {
    ...syntheticReport(12, seed),
    folder,
    settings: [
      { name: 'gate.burst', value: '24' },
      { name: 'seed', value: String(seed) },
    ],
    ...changes,
  };
}
