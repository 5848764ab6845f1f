import type { Telemetry } from '../ports/telemetry.ts';
import type { PublishedBatch } from './publish-answers.ts';
import type { AnsweredBatch } from './question-batch.ts';
import { CONVENTION, modelAttributes } from './span-attributes.ts';
import type { BatchTimes } from './trace-options.ts';

/** Counts what batches came to, and how long it took. */
export interface BatchMeter {
  /** A batch was read: so many are in flight now. */
  read(partition: Place, records: number, inFlight: number): void;
  /** A batch is durable, or failed with a code. */
  done(
    partition: Place,
    batch: { readonly answered: AnsweredBatch; readonly ready: PublishedBatch } | null,
    times: BatchTimes,
    inFlight: number,
    failure?: string,
  ): void;
}

/** A partition. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** Which attributes name a partition. */
export function placeAttributes({ topic, partition }: Place): Record<string, string> {
  return { [CONVENTION.destination]: topic, [CONVENTION.partition]: String(partition) };
}

/**
 * Meters the batches of this process. Of a batch that failed nothing is counted but its time: it is done again.
 *
 * State: what was trained on and sent, since the process began.
 */
export function measureBatches(telemetry: Telemetry, model: string): BatchMeter {
  const counts = { answered: 0, trained: 0 };
  /** Ordinals of training batches without a decision, and when they were sent. */
  const sentMs = new Map<number, number>();
  const call = modelAttributes(model);

  const tokens = ({ answered }: { readonly answered: AnsweredBatch }): void => {
    const use = (phase: string, type: string, count: number): void => {
      telemetry.measure('gen_ai.client.token.usage', count, {
        ...call,
        'secl.phase': phase,
        'gen_ai.token.type': type,
      });
    };
    for (const { promptIds, tokens: written, finishReason, spoken } of answered.answers) {
      if (finishReason !== 'given') {
        use('answer', 'input', promptIds.length);
        use('answer', 'output', written.length);
      }
      if (spoken !== null) {
        use('verbalize', 'input', spoken.promptIds.length);
        use('verbalize', 'output', 1);
      }
    }
  };

  const answers = (place: Place, { answers: given, deadLetters }: PublishedBatch): void => {
    const at = placeAttributes(place);
    for (const { style, published, forwardTokens, gate } of given) {
      telemetry.measure('secl.answers', 1, { ...at, 'secl.question.style': style });
      const source = { 'secl.confidence.source': published.source };
      if (published.value === null) telemetry.measure('secl.answers.unsure', 1, source);
      else telemetry.measure('secl.answer.confidence', published.value, source);
      for (const phase of ['answer', 'confidence', 'scoring'] as const)
        telemetry.measure('secl.phase.tokens', forwardTokens[phase], {
          'secl.phase': { answer: 'answer', confidence: 'verbalize', scoring: 'score' }[phase],
        });
      if (gate === null) continue;
      if (gate.burst > 0) telemetry.measure('secl.gate.burst.answers', 1, at);
      if (gate.alarm) telemetry.measure('secl.gate.alarms', 1, at);
      if (gate.positionInBurst === 1) telemetry.measure('secl.gate.bursts', 1, at);
    }
    for (const { code } of deadLetters)
      telemetry.measure('secl.dead_letters', 1, { ...at, 'error.type': code });
    const gate = given.at(-1)?.gate ?? null;
    if (gate === null) return;
    for (const [name, value] of Object.entries(gate.statistics))
      telemetry.measure('secl.gate.statistic', value, { ...at, 'secl.gate.watched': name });
    for (const [name, value] of Object.entries(gate.thresholds))
      telemetry.measure('secl.gate.threshold', value, { ...at, 'secl.gate.watched': name });
  };

  const loop = (
    place: Place,
    answered: AnsweredBatch,
    ready: PublishedBatch,
    atMs: number,
  ): void => {
    const at = placeAttributes(place);
    for (const { record, decision } of ready.settled) {
      telemetry.measure('secl.adapter.decisions', 1, {
        'secl.adapter.decision': decision.decision,
        'secl.adapter.decision.code': decision.code,
      });
      const sent = sentMs.get(decision.version);
      if (sent !== undefined) {
        sentMs.delete(decision.version);
        telemetry.measure('secl.adapter.delay', Math.max(0, atMs - sent) / 1000);
      }
      if (record === null) continue;
      telemetry.measure('secl.phase.tokens', record.forwardTokens, { 'secl.phase': 'train' });
      if (decision.decision !== 'accepted') continue;
      counts.trained += record.trainedOn.length;
      telemetry.measure('secl.training.questions', record.trainedOn.length);
    }
    if (ready.trainingBatch !== null) sentMs.set(ready.trainingBatch.ordinal, atMs);
    counts.answered += ready.answers.length;
    telemetry.measure('secl.training.queue', sentMs.size, at);
    telemetry.measure('secl.adapter.version', answered.adapterVersion, at);
    // A version that was refused or rolled back cannot act any more: nothing lags behind it.
    const coming = [...sentMs.keys()].filter((version) => version > answered.adapterVersion);
    telemetry.measure('secl.adapter.lag', coming.length, at);
    if (counts.answered > 0)
      telemetry.measure('secl.training.share', counts.trained / counts.answered, at);
  };

  return {
    read(place, records, inFlight) {
      const at = placeAttributes(place);
      telemetry.measure('secl.batch.records', records, at);
      telemetry.measure('secl.batch.in_flight', inFlight, at);
    },
    done(place, batch, times, inFlight, failure) {
      const at = placeAttributes(place);
      telemetry.measure('secl.batch.in_flight', inFlight, at);
      const endMs = Math.max(
        times.polledMs,
        ...[...times.stages.values()].map((stage) => stage.endMs),
      );
      telemetry.measure('messaging.process.duration', (endMs - times.polledMs) / 1000, {
        ...at,
        ...(failure === undefined ? {} : { 'error.type': failure }),
      });
      if (batch === null || failure !== undefined) return;
      for (const [stage, { startMs, endMs: ended }] of times.stages) {
        const seconds = (ended - startMs) / 1000;
        telemetry.measure('secl.phase.duration', seconds, { 'secl.phase': stage });
        if (stage !== 'answer' && stage !== 'verbalize') continue;
        for (const _ of batch.answered.answers)
          telemetry.measure('gen_ai.client.operation.duration', seconds, {
            ...call,
            'secl.phase': stage,
          });
      }
      const newestMs = Math.max(...batch.answered.records.map(({ timestampMs }) => timestampMs));
      telemetry.measure('secl.consumer.record.time', newestMs / 1000, at);
      tokens(batch);
      answers(place, batch.ready);
      loop(place, batch.answered, batch.ready, endMs);
    },
  };
}
