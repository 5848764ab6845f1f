/** What a measurement does to an instrument. */
export type InstrumentKind = 'counter' | 'gauge' | 'histogram';

/** One instrument. Renaming one, or an attribute of it, breaks the dashboards and alerts of others. */
export interface Instrument {
  readonly kind: InstrumentKind;
  /** In UCUM, as OpenTelemetry asks. */
  readonly unit: string;
  readonly description: string;
  /** Names of its attributes, each with few values. */
  readonly attributes: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[];
}

/** In seconds, from a millisecond to ten minutes. */
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];
/** OpenTelemetry's for `gen_ai.client.token.usage`: powers of four. */
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
/** OpenTelemetry's for `gen_ai.client.operation.duration`. */
const OPERATION_SECONDS = [
  ...[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12],
  ...[10.24, 20.48, 40.96, 81.92],
];

/** Of a batch's records. */
const RECORDS = [1, 2, 4, 8, 16, 32, 64];
/** Of fractions. */
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const PLACE = ['messaging.destination.name', 'messaging.destination.partition.id'] as const;
const CALL = [
  ...['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'],
  'secl.phase',
] as const;

/** Every instrument by its name; `docs/metrics.md` is held against this list. */
export const INSTRUMENTS = {
  'secl.verdict': {
    kind: 'gauge',
    unit: '1',
    description:
      'Whether confidence can be trusted: 0 trust, 1 not enough data, 2 caution, 3 do not trust',
    attributes: PLACE,
  },
  'secl.verdict.data.time': {
    kind: 'gauge',
    unit: 's',
    description: 'When the newest answer that the verdict knows of was given, since 1970',
    attributes: PLACE,
  },
  'secl.calibration.ece': {
    kind: 'gauge',
    unit: '1',
    description: 'Expected calibration error of the newest window',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.ece.low': {
    kind: 'gauge',
    unit: '1',
    description: 'Lower end of the 95% band of the ECE; of the published confidence alone',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.ece.high': {
    kind: 'gauge',
    unit: '1',
    description: 'Upper end of the 95% band of the ECE; of the published confidence alone',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.ece.floor': {
    kind: 'gauge',
    unit: '1',
    description: 'ECE that perfect calibration would show on average with these confidences',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.brier': {
    kind: 'gauge',
    unit: '1',
    description: 'Brier score of the newest window',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.auroc': {
    kind: 'gauge',
    unit: '1',
    description: 'Area under the ROC curve of the newest window',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.confidence': {
    kind: 'gauge',
    unit: '1',
    description: 'Mean confidence over the labelled answers of the newest window',
    attributes: [...PLACE, 'secl.score'],
  },
  'secl.calibration.accuracy': {
    kind: 'gauge',
    unit: '1',
    description: 'Share of right answers among the labelled ones of the newest window',
    attributes: PLACE,
  },
  'secl.calibration.labelled': {
    kind: 'gauge',
    unit: '{answer}',
    description: 'Labelled answers of the newest window',
    attributes: PLACE,
  },
  'secl.answers': {
    kind: 'counter',
    unit: '{answer}',
    description: 'Answers that were committed',
    attributes: [...PLACE, 'secl.question.style'],
  },
  'secl.answer.confidence': {
    kind: 'histogram',
    unit: '1',
    description: 'Published confidences; their mean is sum over count',
    attributes: ['secl.confidence.source'],
    buckets: TENTHS,
  },
  'secl.answers.unsure': {
    kind: 'counter',
    unit: '{answer}',
    description: 'Answers whose published confidence is missing',
    attributes: ['secl.confidence.source'],
  },
  'secl.dead_letters': {
    kind: 'counter',
    unit: '{record}',
    description: 'Records that became dead letters, by code',
    attributes: [...PLACE, 'error.type'],
  },
  'secl.gate.statistic': {
    kind: 'gauge',
    unit: '1',
    description: 'Drift statistic after the newest answer',
    attributes: [...PLACE, 'secl.gate.watched'],
  },
  'secl.gate.threshold': {
    kind: 'gauge',
    unit: '1',
    description: 'Where the drift statistic raises an alarm',
    attributes: [...PLACE, 'secl.gate.watched'],
  },
  'secl.gate.alarms': {
    kind: 'counter',
    unit: '{alarm}',
    description: 'Answers at which the gate raised an alarm; several may be of one change',
    attributes: PLACE,
  },
  'secl.gate.bursts': {
    kind: 'counter',
    unit: '{burst}',
    description: 'Bursts that were opened: one for each change that the gate notices',
    attributes: PLACE,
  },
  'secl.gate.burst.answers': {
    kind: 'counter',
    unit: '{answer}',
    description: 'Answers that stood in a burst',
    attributes: PLACE,
  },
  'secl.training.questions': {
    kind: 'counter',
    unit: '{question}',
    description: 'Distinct questions in the batches of accepted adapters',
    attributes: [],
  },
  'secl.training.share': {
    kind: 'gauge',
    unit: '1',
    description: 'Questions trained on over questions answered, since this process began',
    attributes: PLACE,
  },
  'secl.training.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time of a training step in this process',
    attributes: ['error.type'],
    buckets: SECONDS,
  },
  'secl.training.queue': {
    kind: 'gauge',
    unit: '{batch}',
    description: 'Training batches that were sent and are not decided about',
    attributes: PLACE,
  },
  'secl.adapter.version': {
    kind: 'gauge',
    unit: '{version}',
    description: 'Version of the adapter that acts, 0 for none',
    attributes: PLACE,
  },
  'secl.adapter.lag': {
    kind: 'gauge',
    unit: '{version}',
    description: 'Versions newer than the one that acts that are not decided about',
    attributes: PLACE,
  },
  'secl.adapter.delay': {
    kind: 'histogram',
    unit: 's',
    description: 'Time from sending a training batch to the decision about its adapter',
    attributes: [],
    buckets: SECONDS,
  },
  'secl.adapter.decisions': {
    kind: 'counter',
    unit: '{decision}',
    description:
      'Decisions about adapters; refused ones have the decision refused, and why as code',
    attributes: ['secl.adapter.decision', 'secl.adapter.decision.code'],
  },
  'secl.batch.records': {
    kind: 'histogram',
    unit: '{record}',
    description: 'Records in a batch',
    attributes: PLACE,
    buckets: RECORDS,
  },
  'secl.batch.in_flight': {
    kind: 'gauge',
    unit: '{batch}',
    description: 'Batches between being read and being committed',
    attributes: PLACE,
  },
  'secl.phase.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time of a batch in one phase',
    attributes: ['secl.phase'],
    buckets: SECONDS,
  },
  'secl.phase.tokens': {
    kind: 'counter',
    unit: '{token}',
    description: 'Positions computed, by phase; a trained one counts three',
    attributes: ['secl.phase'],
  },
  'secl.consumer.lag': {
    kind: 'gauge',
    unit: '{record}',
    description: 'Records that wait behind the newest commit',
    attributes: [...PLACE, 'messaging.consumer.group.name'],
  },
  'secl.consumer.record.time': {
    kind: 'gauge',
    unit: 's',
    description: 'When the newest committed record was written, since 1970',
    attributes: PLACE,
  },
  'messaging.process.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time from reading a batch to its commit',
    attributes: [...PLACE, 'error.type'],
    buckets: SECONDS,
  },
  'gen_ai.client.token.usage': {
    kind: 'histogram',
    unit: '{token}',
    description: 'Tokens of a question in a model call, of its prompt or of what was written',
    attributes: [...CALL, 'gen_ai.token.type'],
    buckets: TOKENS,
  },
  'gen_ai.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time of the model call that a question was part of',
    attributes: CALL,
    buckets: OPERATION_SECONDS,
  },
} as const satisfies Readonly<Record<string, Instrument>>;

/** Name of one of {@link INSTRUMENTS}. */
export type InstrumentName = keyof typeof INSTRUMENTS;
