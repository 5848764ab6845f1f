import type { Answer } from '../events/answer.ts';
import type { DeadLetter } from '../events/dead-letter.ts';
import type { IncomingRecord } from '../ports/broker.ts';
import type { Attributes, Span, TraceContext } from '../ports/telemetry.ts';
import { contextOfHeaders } from '../ports/trace-headers.ts';
import type { WrittenAnswer } from '../secl/work.ts';
import {
  answerAttributes,
  contentAttributes,
  CONVENTION,
  evaluationAttributes,
  EVALUATION_EVENT,
  gateAttributes,
  letterAttributes,
  modelAttributes,
  positionOf,
  questionIdOf,
  writtenAttributes,
} from './span-attributes.ts';
import type { BatchTimes, Stage, TraceOptions } from './trace-options.ts';

/** What one record came to. */
export interface TracedRecord {
  readonly record: IncomingRecord;
  readonly answer: Answer | undefined;
  readonly letter: DeadLetter | undefined;
  readonly written: WrittenAnswer | undefined;
  /** Topic of the answer or the letter. */
  readonly sentTo: string;
}

/** The spans of one record, begun when what it came to is known. */
export interface QuestionSpans {
  /** The whole way. */
  readonly root: Span;
  /** To be carried by the answer; `undefined`: what the question carried goes on. */
  readonly carried: TraceContext | undefined;
  /** Says what is left to say once the batch is durable, or has failed. */
  finish(times: BatchTimes, failure?: { readonly code: string; readonly message: string }): void;
}

/** What messaging has to say of an operation on a topic. */
export function messagingAttributes(
  { system, group }: Pick<TraceOptions, 'system' | 'group'>,
  operation: 'poll' | 'process' | 'send' | 'commit',
  topic: string,
  partition: number | null,
): Attributes {
  const type = { poll: 'receive', process: 'process', send: 'send', commit: 'settle' }[operation];
  return {
    [CONVENTION.system]: system,
    [CONVENTION.systemBefore]: system,
    [CONVENTION.operationName]: operation,
    [CONVENTION.operationType]: type,
    [CONVENTION.destination]: topic,
    ...(partition === null ? {} : { [CONVENTION.partition]: String(partition) }),
    ...(operation === 'send' ? {} : { [CONVENTION.group]: group }),
  };
}

/**
 * Begins the spans of one record. A record that stands in a burst, became a dead letter, or failed is kept whatever
 * the sampling says.
 *
 * @param batch - The span of its batch.
 */
export function questionSpans(
  traced: TracedRecord,
  times: BatchTimes,
  batch: TraceContext,
  options: TraceOptions,
): QuestionSpans {
  const { telemetry, system } = options;
  const { record, answer, letter, written, sentTo } = traced;
  const { topic, partition, offset, timestampMs } = record;
  const burst = (answer?.gate?.burst ?? 0) > 0;
  const origin = contextOfHeaders(record.headers);
  const root = telemetry.span(`process ${topic}`, {
    kind: 'consumer',
    parent: origin,
    startMs: times.polledMs,
    keep: burst || answer === undefined,
    links: [batch],
  });
  if (!root.recording)
    return {
      root,
      carried: origin === undefined ? root.context : undefined,
      finish: () => {
        root.end(times.polledMs);
      },
    };

  root.set({
    ...messagingAttributes(options, 'process', topic, partition),
    ...(system === 'kafka' ? { [CONVENTION.offset]: Number(offset) } : {}),
    'secl.question.id': questionIdOf(record, answer),
    'secl.question.position': positionOf(record),
    'secl.question.waited': Math.max(0, times.polledMs - timestampMs) / 1000,
    ...(answer === undefined ? {} : answerAttributes(answer)),
    ...(letter === undefined ? {} : letterAttributes(letter)),
  });
  if (letter !== undefined) root.fail(letter.code, letter.reason);
  const sending = times.stages.get('publish');
  const send = telemetry.span(`send ${sentTo}`, {
    kind: 'producer',
    parent: root.context,
    startMs: sending?.startMs ?? times.polledMs,
    attributes: {
      'secl.phase': 'publish',
      ...messagingAttributes(options, 'send', sentTo, partition),
    },
  });

  /** The span of one part of the way; `undefined` if the batch never came there. */
  const part = (
    after: BatchTimes,
    stage: Stage,
    name: string,
    attributes: Attributes,
    kind: 'internal' | 'client' = 'internal',
    say?: (span: Span, endMs: number) => void,
  ): void => {
    const time = after.stages.get(stage);
    if (time === undefined) return;
    const span = telemetry.span(name, {
      kind,
      parent: root.context,
      startMs: time.startMs,
      attributes: { 'secl.phase': stage, ...attributes },
    });
    say?.(span, time.endMs);
    span.end(time.endMs);
  };

  const finish: QuestionSpans['finish'] = (after, failure) => {
    part(
      after,
      'consume',
      `poll ${topic}`,
      messagingAttributes(options, 'poll', topic, partition),
      'client',
    );
    if (written !== undefined && answer !== undefined) {
      const { model } = answer;
      const evaluation = evaluationAttributes(answer);
      const content = telemetry.captureContent ? contentAttributes(written) : {};
      part(
        after,
        'answer',
        `chat ${model}`,
        { ...writtenAttributes(written, model), ...evaluation, ...content },
        'client',
        (span) => {
          // The confidence is of this answer, and was known once its phases were over.
          span.event(EVALUATION_EVENT, evaluation, sending?.startMs ?? times.polledMs);
        },
      );
      part(
        after,
        'verbalize',
        `chat ${model}`,
        { ...modelAttributes(model), ...verbalizedAttributes(written) },
        'client',
      );
      if (answer.gate !== null) part(after, 'gate', 'gate', gateAttributes(answer.gate));
      const judged = judgedAttributes(answer);
      if (judged !== undefined) part(after, 'score', 'score', judged);
    }
    send.end(after.stages.get('publish')?.endMs ?? times.polledMs);
    part(
      after,
      'commit',
      `commit ${topic}`,
      messagingAttributes(options, 'commit', topic, partition),
      'client',
      (span) => {
        if (failure !== undefined) span.fail(failure.code, failure.message);
      },
    );
    if (failure !== undefined) root.fail(failure.code, failure.message);
    root.end(Math.max(...[...after.stages.values()].map(({ endMs }) => endMs), times.polledMs));
  };
  return { root, carried: send.context, finish };
}

/** Tokens of the call that asked for a confidence. */
function verbalizedAttributes({ spoken, computed }: WrittenAnswer): Attributes {
  return {
    'secl.forward_tokens': computed.confidence,
    ...(spoken === null
      ? {}
      : {
          [CONVENTION.inputTokens]: spoken.promptIds.length,
          [CONVENTION.outputTokens]: 1,
          'secl.confidence.source': spoken.name,
          'secl.confidence.value': spoken.confidence,
          'secl.confidence.mass': spoken.mass,
          'secl.adapter.version': spoken.adapterVersion,
          ...(spoken.previous === null ? {} : { 'secl.confidence.previous': spoken.previous }),
        }),
  };
}

/** What P(True) and NormPTrue came to; `undefined` where neither was asked for. */
function judgedAttributes({ scores, distractors, forwardTokens }: Answer): Attributes | undefined {
  const judged = scores.filter(
    ({ name, value }) => (name === 'pTrue' || name === 'normalizedPTrue') && value !== null,
  );
  if (judged.length === 0) return undefined;
  return {
    'secl.forward_tokens': forwardTokens.scoring,
    'secl.score.distractors': distractors.length,
    ...Object.fromEntries(judged.map(({ name, value }) => [`secl.score.${name}`, value ?? 0])),
  };
}
