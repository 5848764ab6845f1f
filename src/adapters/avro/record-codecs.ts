import type { AdapterRecord } from '../../events/adapter.ts';
import { ADAPTER_DECISIONS, type AdapterDecision } from '../../events/adapter-decision.ts';
import { ALERT_LEVELS, ALERT_RULES, ALERT_STATES, type Alert } from '../../events/alert.ts';
import type { Answer } from '../../events/answer.ts';
import type { CalibrationWindow } from '../../events/calibration-window.ts';
import type { DeadLetter } from '../../events/dead-letter.ts';
import type { Feedback } from '../../events/feedback.ts';
import type { Question } from '../../events/question.ts';
import { SCORE_NAMES } from '../../events/score.ts';
import { LOSS_NAMES, SAMPLE_ROLES, type TrainingBatch } from '../../events/training-batch.ts';
import { VERDICT_BASES, VERDICT_LEVELS } from '../../events/verdict.ts';
import { avroCodec, type AvroCodec, type RegistryFraming } from './avro-codec.ts';
import { readSchemaFolder } from './schema-folder.ts';
import type { WriterSchemas } from './writer-schemas.ts';

/** A codec for every record of the project. */
export interface RecordCodecs {
  readonly question: AvroCodec<Question>;
  readonly answer: AvroCodec<Answer>;
  readonly feedback: AvroCodec<Feedback>;
  readonly calibrationWindow: AvroCodec<CalibrationWindow>;
  readonly deadLetter: AvroCodec<DeadLetter>;
  readonly trainingBatch: AvroCodec<TrainingBatch>;
  readonly adapter: AvroCodec<AdapterRecord>;
  readonly adapterDecision: AvroCodec<AdapterDecision>;
  readonly alert: AvroCodec<Alert>;
}

/** Whether a name is of a list; Avro's enums take no hyphens, so that such names are strings there. */
function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

/** Scores have grown before; a name of a later version must not pass for one of this version's. */
function refuseUnknownScores({ scores }: Answer): string | undefined {
  return scores.every(({ name }) => isOneOf(SCORE_NAMES, name)) ? undefined : 'a score is unknown';
}

function refuseUnknownTraining({ loss, samples }: TrainingBatch): string | undefined {
  if (!isOneOf(LOSS_NAMES, loss)) return 'the loss is unknown';
  return samples.every(({ role }) => isOneOf(SAMPLE_ROLES, role))
    ? undefined
    : "a sample's role is unknown";
}

function refuseUnknownVerdict({ verdict }: CalibrationWindow): string | undefined {
  if (verdict === null) return undefined;
  if (!isOneOf(VERDICT_LEVELS, verdict.level)) return 'the verdict is unknown';
  return isOneOf(VERDICT_BASES, verdict.basis) ? undefined : "the verdict's basis is unknown";
}

function refuseUnknownAlert({ rule, state, level }: Alert): string | undefined {
  const known =
    isOneOf(ALERT_RULES, rule) && isOneOf(ALERT_STATES, state) && isOneOf(ALERT_LEVELS, level);
  return known ? undefined : 'the alert is of an unknown kind';
}

function refuseUnknownDecision({ decision }: AdapterDecision): string | undefined {
  return isOneOf(ADAPTER_DECISIONS, decision) ? undefined : 'the decision is unknown';
}

/** A record of the project. */
export type RecordName = keyof RecordCodecs;

/** What codecs need of a schema registry. */
export interface RecordRegistry {
  readonly writers: WriterSchemas;
  /** Ids of the schemas of what is written. */
  readonly ids: Readonly<Partial<Record<RecordName, number>>>;
}

/**
 * Opens the codecs of all records over the schemas in a folder.
 *
 * @param folder - Holds `NAME.avsc`, and older versions as `history/NAME.vN.avsc`. Absent: the schemas that
 *   this package ships.
 * @param registry - Write for this registry, and read what was written for it. Absent: single-object encoding.
 * @throws SeclError `SCHEMA_INVALID` if a schema is missing, cannot be read, or cannot read older data.
 */
export function openRecordCodecs(folder?: string, registry?: RecordRegistry): RecordCodecs {
  const { schemasOf, named } = readSchemaFolder(folder);
  const common = (
    name: RecordName,
  ): { named: typeof named; registry?: RegistryFraming | undefined } => ({
    named,
    registry: registry && { writers: registry.writers, id: registry.ids[name] },
  });
  return {
    question: avroCodec(schemasOf('question'), common('question')),
    answer: avroCodec<Answer>(schemasOf('answer'), {
      ...common('answer'),
      refuse: refuseUnknownScores,
    }),
    feedback: avroCodec(schemasOf('feedback'), common('feedback')),
    calibrationWindow: avroCodec<CalibrationWindow>(schemasOf('calibration-window'), {
      ...common('calibrationWindow'),
      refuse: refuseUnknownVerdict,
    }),
    deadLetter: avroCodec(schemasOf('dead-letter'), common('deadLetter')),
    trainingBatch: avroCodec<TrainingBatch>(schemasOf('training-batch'), {
      ...common('trainingBatch'),
      refuse: refuseUnknownTraining,
    }),
    adapter: avroCodec(schemasOf('adapter'), common('adapter')),
    adapterDecision: avroCodec<AdapterDecision>(schemasOf('adapter-decision'), {
      ...common('adapterDecision'),
      refuse: refuseUnknownDecision,
    }),
    alert: avroCodec<Alert>(schemasOf('alert'), {
      ...common('alert'),
      refuse: refuseUnknownAlert,
    }),
  };
}
