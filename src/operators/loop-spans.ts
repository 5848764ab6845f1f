import type { TrainingBatch } from '../events/training-batch.ts';
import type { TraceContext } from '../ports/telemetry.ts';
import type { SettledAdapter } from './question-batch.ts';
import type { StageTime, TraceOptions } from './trace-options.ts';

/** What a record of the loop carries. */
export interface LoopContext {
  readonly context: TraceContext;
  readonly links: readonly TraceContext[];
}

/**
 * The spans of adapters that were decided about before a batch began, each linked to the training step it came from.
 *
 * @returns What their records carry: the step's context where it is known, so that an adapter leads to its step.
 */
export function settledSpans(
  settled: readonly SettledAdapter[],
  time: StageTime,
  batch: TraceContext,
  { telemetry, memory }: TraceOptions,
): LoopContext | undefined {
  let carried: LoopContext | undefined;
  for (const { record, decision } of settled) {
    const batchId = record?.batchId ?? null;
    const step = batchId === null ? undefined : memory.steps.get(batchId);
    const span = telemetry.span(`adapter ${decision.decision}`, {
      parent: batch,
      startMs: time.startMs,
      keep: true,
      links: step === undefined ? [] : [step],
      attributes: {
        'secl.phase': 'settle',
        'secl.lineage': decision.lineage,
        'secl.adapter.version': decision.version,
        'secl.adapter.active_version': decision.activeVersion,
        'secl.adapter.decision': decision.decision,
        'secl.adapter.decision.code': decision.code,
        'secl.adapter.decision.reason': decision.reason,
        ...(batchId === null ? {} : { 'secl.batch.id': batchId }),
      },
    });
    span.end(time.endMs);
    carried ??= { context: step ?? span.context, links: [] };
  }
  return carried;
}

/** The span with which a training batch is sent, linked to the questions that it holds. Remembered for its step. */
export function trainingSpan(
  trained: TrainingBatch,
  time: StageTime,
  batch: TraceContext,
  { telemetry, memory }: TraceOptions,
): LoopContext {
  const ids = new Set(trained.samples.map(({ questionId }) => questionId));
  const links = [...ids].flatMap((id) => memory.questions.get(id) ?? []);
  const span = telemetry.span('send training batch', {
    kind: 'producer',
    parent: batch,
    startMs: time.startMs,
    keep: true,
    links,
    attributes: {
      'secl.phase': 'learn',
      'secl.lineage': trained.lineage,
      'secl.batch.id': trained.batchId,
      'secl.batch.samples': trained.samples.length,
      'secl.adapter.version': trained.ordinal,
    },
  });
  span.end(time.endMs);
  const sent = { context: span.context, links };
  memory.batches.set(trained.batchId, sent);
  return sent;
}
