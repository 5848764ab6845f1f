import type { Answer, GateReading } from '../events/answer.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { IncomingRecord } from '../ports/broker.ts';
import type { Attributes } from '../ports/telemetry.ts';
import type { WrittenAnswer } from '../secl/work.ts';

/**
 * Names of attributes by OpenTelemetry's conventions 1.45.0, messaging and generative AI; a test holds them against
 * the package. What has no convention goes under `secl.`.
 */
export const CONVENTION = {
  system: 'messaging.system.name',
  // What it was called before; receivers of last year know no other.
  systemBefore: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  group: 'messaging.consumer.group.name',
  offset: 'kafka.offset',
  batchCount: 'messaging.batch.message_count',
  genAiOperation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  evaluationName: 'gen_ai.evaluation.name',
  evaluationValue: 'gen_ai.evaluation.score.value',
  evaluationLabel: 'gen_ai.evaluation.score.label',
  evaluationExplanation: 'gen_ai.evaluation.explanation',
} as const;

/** Event of a confidence, by the conventions for generative AI. */
export const EVALUATION_EVENT = 'gen_ai.evaluation.result';

/** Which model a call asks. */
export function modelAttributes(model: string): Attributes {
  return {
    [CONVENTION.genAiOperation]: 'chat',
    [CONVENTION.provider]: 'secl',
    [CONVENTION.requestModel]: model,
  };
}

/** Most characters of a record's key that stand for the id of a question that could not be read. */
const KEY_CHARS = 128;
const strict = new TextDecoder('utf-8', { fatal: true });

/** `topic/partition/offset`. */
export function positionOf({ topic, partition, offset }: IncomingRecord): string {
  return `${topic}/${partition}/${offset}`;
}

/** The id of a record's question: its key where it could not be read, or else its position. */
export function questionIdOf(record: IncomingRecord, answer: Answer | undefined): string {
  if (answer !== undefined) return answer.questionId;
  try {
    const key = record.key === null ? '' : strict.decode(record.key);
    if (key !== '' && key.length <= KEY_CHARS) return key;
  } catch {
    // A key that is no text names nothing.
  }
  return positionOf(record);
}

/** What the gate saw. */
export function gateAttributes(gate: GateReading): Attributes {
  const named = (kind: string, values: Readonly<Record<string, number>>): Attributes =>
    Object.fromEntries(Object.entries(values).map(([name, v]) => [`secl.gate.${kind}.${name}`, v]));
  return {
    'secl.gate.burst': gate.burst,
    'secl.gate.position_in_burst': gate.positionInBurst,
    'secl.gate.incident': gate.incident,
    'secl.gate.alarm': gate.alarm,
    ...named('statistic', gate.statistics),
    ...named('threshold', gate.thresholds),
  };
}

/** What a question came to. */
export function answerAttributes(answer: Answer): Attributes {
  const { published, gate } = answer;
  return {
    'secl.question.style': answer.style,
    ...(answer.domain === null ? {} : { 'secl.question.domain': answer.domain }),
    'secl.confidence.source': published.source,
    ...(published.value === null ? {} : { 'secl.confidence.value': published.value }),
    'secl.adapter.version': published.adapterVersion,
    'secl.forward_tokens': answer.forwardTokens.total,
    'secl.answer.late': answer.late,
    ...(answer.duplicateOf === null ? {} : { 'secl.question.duplicate_of': answer.duplicateOf }),
    ...(gate === null ? {} : { 'secl.gate.burst': gate.burst }),
  };
}

/** Why a record was not answered. */
export function letterAttributes({ code, reason }: DeadLetter): Attributes {
  return { 'secl.dead_letter.code': code, 'secl.dead_letter.reason': reason };
}

/**
 * A published confidence as the conventions' evaluation: `low` below a third, `high` from two thirds on, `medium`
 * between, `missing` without a value.
 */
export function evaluationAttributes({ published, scores }: Answer): Attributes {
  const { value, source } = published;
  const score = scores.find(({ name }) => name === source);
  return {
    [CONVENTION.evaluationName]: source,
    ...(value === null ? {} : { [CONVENTION.evaluationValue]: value }),
    [CONVENTION.evaluationLabel]: labelOf(value),
    ...(typeof score?.reason === 'string'
      ? { [CONVENTION.evaluationExplanation]: score.reason }
      : {}),
  };
}

function labelOf(value: number | null): string {
  if (value === null) return 'missing';
  if (value < 1 / 3) return 'low';
  return value < 2 / 3 ? 'medium' : 'high';
}

/** Tokens of the call that wrote an answer. */
export function writtenAttributes(written: WrittenAnswer, model: string): Attributes {
  return {
    ...modelAttributes(model),
    [CONVENTION.responseModel]: model,
    [CONVENTION.inputTokens]: written.promptIds.length,
    [CONVENTION.outputTokens]: written.tokens.length,
    [CONVENTION.finishReasons]: [written.finishReason],
    'secl.forward_tokens': written.computed.answer,
    ...(written.entropyNats === null ? {} : { 'secl.answer.entropy': written.entropyNats }),
  };
}

/** Texts of a question and its answer, in the form of the conventions. */
export function contentAttributes({ messages, text, finishReason }: WrittenAnswer): Attributes {
  const part = (content: string): object => ({ type: 'text', content });
  const input = messages.map(({ role, content }) => ({ role, parts: [part(content)] }));
  const output = [{ role: 'assistant', parts: [part(text)], finish_reason: finishReason }];
  return {
    [CONVENTION.inputMessages]: JSON.stringify(input),
    [CONVENTION.outputMessages]: JSON.stringify(output),
  };
}
