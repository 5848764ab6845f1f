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
import { avroCodec, type AvroCodec } from './avro-codec.ts';
import { readSchemaFolder } from './schema-folder.ts';

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

/**
 * Opens the codecs of all records over the schemas in a folder.
 *
 * @param folder - Holds `NAME.avsc`, and older versions as `history/NAME.vN.avsc`. Absent: the schemas that
 *   this package ships.
 * @throws SeclError `SCHEMA_INVALID` if a schema is missing, cannot be read, or cannot read older data.
 */
export function openRecordCodecs(folder?: string): RecordCodecs {
  const { schemasOf, named } = readSchemaFolder(folder);
  return {
    question: avroCodec(schemasOf('question'), { named }),
    answer: avroCodec<Answer>(schemasOf('answer'), { named, refuse: refuseUnknownScores }),
    feedback: avroCodec(schemasOf('feedback'), { named }),
    calibrationWindow: avroCodec<CalibrationWindow>(schemasOf('calibration-window'), {
      named,
      refuse: refuseUnknownVerdict,
    }),
    deadLetter: avroCodec(schemasOf('dead-letter'), { named }),
    trainingBatch: avroCodec<TrainingBatch>(schemasOf('training-batch'), {
      named,
      refuse: refuseUnknownTraining,
    }),
    adapter: avroCodec(schemasOf('adapter'), { named }),
    adapterDecision: avroCodec<AdapterDecision>(schemasOf('adapter-decision'), {
      named,
      refuse: refuseUnknownDecision,
    }),
    alert: avroCodec<Alert>(schemasOf('alert'), { named, refuse: refuseUnknownAlert }),
  };
}
