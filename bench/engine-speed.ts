import type { Round, Workload } from './workload.ts';

/** Speeds over some rounds, in tokens per second. */
export interface Speeds {
  /** Of the wall clock; the median over the rounds. What else runs on the machine lowers it. */
  readonly median: number;
  /** The fastest round, or step of decoding: nearest to what an idle machine would give. */
  readonly best: number;
  /**
   * Per second of processor time, all cores together; the median. Hardly depends on what else runs, but
   * threads that wait by spinning pay for it.
   */
  readonly perProcessorSecond: number;
}

/** Speed of an engine on one workload. */
export interface WorkloadSpeed {
  readonly workload: string;
  readonly prefill: Speeds;
  /** `null` for workloads that write nothing. */
  readonly decode: Speeds | null;
}

/** The median; the lower of the two middle ones for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

function speeds(
  tokens: number,
  seconds: readonly number[],
  processorSeconds: readonly number[],
  best: number,
): Speeds {
  return {
    median: tokens / median(seconds),
    best,
    perProcessorSecond: tokens / median(processorSeconds),
  };
}

/** Sums rounds of one workload up. */
export function workloadSpeed(workload: Workload, rounds: readonly Round[]): WorkloadSpeed {
  const read = workload.prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  const written = workload.prompts.length * workload.steps;
  return {
    workload: workload.name,
    prefill: speeds(
      read,
      rounds.map((round) => round.prefillSeconds),
      rounds.map((round) => round.prefillProcessorSeconds),
      read / Math.min(...rounds.map((round) => round.prefillSeconds)),
    ),
    decode:
      written === 0
        ? null
        : speeds(
            written,
            rounds.map((round) => round.decodeSeconds),
            rounds.map((round) => round.decodeProcessorSeconds),
            workload.prompts.length /
              Math.min(...rounds.flatMap((round) => round.fastestStepSeconds ?? [])),
          ),
  };
}
