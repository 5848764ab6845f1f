import type { LabelledConfidences } from './labelled-confidences.ts';

/** What a metric's number means; travels with it, since conventions differ between libraries. */
export interface MetricDefinition {
  /** Name of the estimator, e.g. `ece-equal-width`. */
  readonly estimator: string;
  /** Number of bins asked for; `null` where nothing is binned. */
  readonly bins: number | null;
  /** Which bin an edge belongs to; `null` where nothing is binned. */
  readonly edgeRule: string | null;
  /** Rows counted. */
  readonly n: number;
  /** Rows left out since their confidence is missing. */
  readonly missing: number;
  /** Rows left out since only their label is missing. */
  readonly unlabelled: number;
}

/** A number with its definition, or the reason why there is none. */
export interface Metric {
  /** `null` where the metric is undefined for these rows. */
  readonly value: number | null;
  /** Why `value` is `null`, else `null`. */
  readonly reason: string | null;
  readonly definition: MetricDefinition;
}

/** What {@link defineMetric} needs to know besides the rows. */
export interface MetricNaming {
  readonly estimator: string;
  readonly bins?: number;
  readonly edgeRule?: string;
}

/** The definition of a metric over `data`. */
export function defineMetric(data: LabelledConfidences, naming: MetricNaming): MetricDefinition {
  return {
    estimator: naming.estimator,
    bins: naming.bins ?? null,
    edgeRule: naming.edgeRule ?? null,
    n: data.confidence.length,
    missing: data.missing,
    unlabelled: data.unlabelled,
  };
}

/**
 * A metric over `data`: `compute()` where there are rows, else `null` with a reason.
 *
 * @param compute - Called only with at least one row; a string it returns is the reason for `null`.
 */
export function measure(
  data: LabelledConfidences,
  naming: MetricNaming,
  compute: () => number | string,
): Metric {
  const definition = defineMetric(data, naming);
  const result = definition.n === 0 ? 'no row has both a confidence and a label' : compute();
  return typeof result === 'number'
    ? { value: result, reason: null, definition }
    : { value: null, reason: result, definition };
}
