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

/** Every instrument by its name; `docs/metrics.md` is held against this list. */
export const INSTRUMENTS = {
  'gen_ai.client.token.usage': {
    kind: 'histogram',
    unit: '{token}',
    description: 'Tokens of a model call, of its prompt or of its answer',
    attributes: [
      ...['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'],
      ...['gen_ai.token.type', 'secl.phase'],
    ],
    buckets: TOKENS,
  },
  'gen_ai.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time of the model call that a question was part of',
    attributes: [
      ...['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model', 'secl.phase'],
    ],
    buckets: OPERATION_SECONDS,
  },
  'messaging.process.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Time from reading a batch to its commit',
    attributes: ['messaging.destination.name', 'messaging.destination.partition.id'],
    buckets: SECONDS,
  },
} as const satisfies Readonly<Record<string, Instrument>>;

/** Name of one of {@link INSTRUMENTS}. */
export type InstrumentName = keyof typeof INSTRUMENTS;
