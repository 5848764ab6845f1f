import { DEFAULT_BINNING, edgeRuleOf, totalBins, binOfRows, type Binning } from './binning.ts';
import type { LabelledConfidences } from './labelled-confidences.ts';
import { defineMetric, type MetricDefinition } from './metric.ts';
import { wilsonInterval } from './wilson-interval.ts';

/** One bin of a reliability diagram that has rows. */
export interface ReliabilityBin {
  /** Edges: those of the rule for equal width, least and largest confidence inside for equal mass. */
  readonly low: number;
  readonly high: number;
  /** Rows in the bin, at least 1. */
  readonly n: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
  /** 95% Wilson interval of `accuracy`. */
  readonly accuracyLow: number;
  readonly accuracyHigh: number;
}

/** The data of a reliability diagram: bins with rows, rising. */
export interface ReliabilityDiagram {
  readonly bins: readonly ReliabilityBin[];
  readonly definition: MetricDefinition;
}

/**
 * Mean confidence and accuracy per bin, with intervals; empty bins are left out.
 *
 * @param data - Not mutated.
 * @param binning - Ten bins of equal width unless told otherwise.
 * @throws {@link SeclError} `PRECONDITION` if the number of bins is not a positive integer.
 * Source: DeGroot and Fienberg 1983; intervals Wilson 1927.
 */
export function reliabilityDiagram(
  data: LabelledConfidences,
  binning: Binning = DEFAULT_BINNING,
): ReliabilityDiagram {
  const { n, confidence, correct } = totalBins(data, binning);
  const edges = edgesOf(data, binning);
  const bins: ReliabilityBin[] = [];
  for (let b = 0; b < binning.bins; b++) {
    const count = n[b] as number;
    if (count === 0) continue;
    const interval = wilsonInterval(correct[b] as number, count);
    bins.push({
      low: edges.low[b] as number,
      high: edges.high[b] as number,
      n: count,
      meanConfidence: (confidence[b] as number) / count,
      accuracy: (correct[b] as number) / count,
      accuracyLow: interval.low,
      accuracyHigh: interval.high,
    });
  }
  const estimator = `reliability-${binning.kind}`;
  const definition = defineMetric(data, {
    estimator,
    bins: binning.bins,
    edgeRule: edgeRuleOf(binning),
  });
  return { bins, definition };
}

/** Lower and upper edge of each bin, each of shape `[bins]`. */
function edgesOf(
  data: LabelledConfidences,
  binning: Binning,
): { readonly low: Float64Array; readonly high: Float64Array } {
  if (binning.kind === 'equal-width') {
    return {
      low: Float64Array.from({ length: binning.bins }, (_, b) => b / binning.bins),
      high: Float64Array.from({ length: binning.bins }, (_, b) => (b + 1) / binning.bins),
    };
  }
  const low = new Float64Array(binning.bins).fill(1);
  const high = new Float64Array(binning.bins).fill(0);
  for (const [row, bin] of binOfRows(data, binning).entries()) {
    const value = data.confidence[row] as number;
    low[bin] = Math.min(low[bin] as number, value);
    high[bin] = Math.max(high[bin] as number, value);
  }
  return { low, high };
}
