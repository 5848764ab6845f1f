import { SeclError } from '../errors/secl-error.ts';
import type { TraceOptions } from '../operators/trace-options.ts';
import type { Trainer } from '../ports/trainer.ts';

/**
 * A trainer each of whose steps is a span: a child of what sent its batch, linked to the batch's questions, and
 * remembered, so that the adapter can be linked to it.
 */
export function traceTrainer(
  trainer: Trainer,
  { telemetry, memory, clock }: Pick<TraceOptions, 'telemetry' | 'memory' | 'clock'>,
): Trainer {
  if (!telemetry.on) return trainer;
  const originMs = clock.nowMs() - clock.monotonicMs();
  const now = (): number => originMs + clock.monotonicMs();
  return {
    async train(batch, signal) {
      const sent = memory.batches.get(batch.batchId);
      const span = telemetry.span('train', {
        kind: 'consumer',
        parent: sent?.context,
        startMs: now(),
        keep: true,
        links: sent?.links ?? [],
        attributes: {
          'secl.phase': 'train',
          'secl.batch.id': batch.batchId,
          'secl.lineage': batch.lineage,
          'secl.adapter.version': batch.ordinal,
          'secl.batch.samples': batch.samples.length,
        },
      });
      const beganMs = now();
      let failure: string | null = null;
      memory.steps.set(batch.batchId, span.context);
      try {
        const record = await trainer.train(batch, signal);
        span.set({
          'secl.adapter.sha256': record.sha256,
          'secl.forward_tokens': record.forwardTokens,
          ...(record.loss === null
            ? {}
            : {
                'secl.adapter.loss_before': record.loss.before,
                'secl.adapter.loss_after': record.loss.after,
              }),
        });
        return record;
      } catch (error) {
        const coded = error instanceof SeclError ? error : null;
        failure = coded?.code ?? 'unknown';
        span.fail(failure, coded?.message ?? 'an unexpected error');
        throw error;
      } finally {
        span.end(now());
        telemetry.measure(
          'secl.training.duration',
          (now() - beganMs) / 1000,
          failure === null ? {} : { 'error.type': failure },
        );
      }
    },
    close: () => trainer.close(),
  };
}
