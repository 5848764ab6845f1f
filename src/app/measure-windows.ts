import { defer, identity, tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import { severityOf } from '../verdict/step-verdict.ts';
import type { PartitionLease } from '../ports/broker.ts';
import type { InstrumentName } from '../ports/instruments.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { restoreVerdict } from '../operators/calibration-entries.ts';
import { POOLED } from '../operators/calibration-windows.ts';
import { placeAttributes } from '../operators/measure-batch.ts';

/**
 * Tells the verdict, and the newest window's calibration. Windows of a domain are left out, since domains may be many; so is a late
 * correction of a window that is no longer the newest.
 *
 * State: the newest window's ordinal by partition, per operator.
 *
 * @param lease - What its state remembers of the verdict is told at once: the partition may come from another process,
 *   and the next window may be far off.
 */
export function measureWindows(
  telemetry: Telemetry,
  lease?: Pick<PartitionLease, 'topic' | 'partition' | 'state'>,
): MonoTypeOperatorFunction<CalibrationWindow> {
  if (!telemetry.on) return identity;
  const newest = new Map<string, number>();
  const telling =
    (topic: string, partition: number) =>
    (name: InstrumentName, value: number | null, more: object = {}): void => {
      if (value === null) return;
      telemetry.measure(name, value, { ...placeAttributes({ topic, partition }), ...more });
    };
  const tellRestored = ({ topic, partition, state }: NonNullable<typeof lease>): void => {
    const known = restoreVerdict(state, POOLED);
    if (known === undefined || known.newest === null) return;
    const tell = telling(topic, partition);
    tell('secl.verdict', severityOf(known.level));
    tell('secl.verdict.data.time', known.dataAtMs / 1000);
    const { ordinal, error, labelled } = known.newest;
    newest.set(`${topic}/${partition}`, ordinal);
    tell('secl.calibration.labelled', labelled);
    if (error === null) return;
    const score = { 'secl.score': 'published' };
    tell('secl.calibration.ece', error.ece, score);
    // Where no band was computed its ends are the error itself.
    if (error.low === error.high) return;
    tell('secl.calibration.ece.low', error.low, score);
    tell('secl.calibration.ece.high', error.high, score);
  };
  const measured = tap((window: CalibrationWindow) => {
    const { sourceTopic, sourcePartition, scope, ordinal, metrics, accuracy, labelled } = window;
    const { verdict } = window;
    const key = `${sourceTopic}/${sourcePartition}`;
    if (scope !== POOLED) return;
    const place = { topic: sourceTopic, partition: sourcePartition };
    const tell = telling(sourceTopic, sourcePartition);
    // Whatever window carries it, a verdict speaks for all windows published before.
    if (verdict !== null) {
      tell('secl.verdict', severityOf(verdict.level));
      tell('secl.verdict.data.time', verdict.dataAtMs / 1000);
    }
    if (ordinal < (newest.get(key) ?? 0)) return;
    newest.set(key, ordinal);
    for (const metric of metrics) {
      const score = { 'secl.score': metric.score };
      const figures = [
        ['secl.calibration.ece', metric.ece],
        ['secl.calibration.ece.low', metric.eceLow],
        ['secl.calibration.ece.high', metric.eceHigh],
        ['secl.calibration.ece.floor', metric.eceFloor],
        ['secl.calibration.brier', metric.brier],
        ['secl.calibration.auroc', metric.auroc],
        ['secl.calibration.confidence', metric.mean],
      ] as const;
      for (const [name, value] of figures) {
        tell(name, value, score);
        // With labels of one class there is no AUROC: that of an older window must not stand beside this one's error.
        if (value === null && metric.n > 0)
          telemetry.forget(name, { ...placeAttributes(place), ...score });
      }
    }
    tell('secl.calibration.accuracy', accuracy);
    tell('secl.calibration.labelled', labelled);
  });
  return (source) =>
    defer(() => {
      if (lease !== undefined) tellRestored(lease);
      return source.pipe(measured);
    });
}
