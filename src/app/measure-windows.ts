import { identity, tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { CalibrationWindow } from '../events/calibration-window.ts';
import { severityOf } from '../verdict/step-verdict.ts';
import type { InstrumentName } from '../ports/instruments.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import { POOLED } from '../operators/calibration-windows.ts';
import { placeAttributes } from '../operators/measure-batch.ts';

/**
 * Tells the verdict, and the newest window's calibration. Windows of a domain are left out, since domains may be many; so is a late
 * correction of a window that is no longer the newest.
 *
 * State: the newest window's ordinal by partition, per operator.
 */
export function measureWindows(telemetry: Telemetry): MonoTypeOperatorFunction<CalibrationWindow> {
  if (!telemetry.on) return identity;
  const newest = new Map<string, number>();
  return tap((window) => {
    const { sourceTopic, sourcePartition, scope, ordinal, metrics, accuracy, labelled } = window;
    const { verdict } = window;
    const key = `${sourceTopic}/${sourcePartition}`;
    if (scope !== POOLED) return;
    const at = placeAttributes({ topic: sourceTopic, partition: sourcePartition });
    const tell = (name: InstrumentName, value: number | null, more: object = {}): void => {
      if (value !== null) telemetry.measure(name, value, { ...at, ...more });
    };
    // Whatever window carries it, a verdict speaks for all windows published before.
    if (verdict !== null) {
      tell('secl.verdict', severityOf(verdict.level));
      tell('secl.verdict.data.time', verdict.dataAtMs / 1000);
    }
    if (ordinal < (newest.get(key) ?? 0)) return;
    newest.set(key, ordinal);
    for (const metric of metrics) {
      const score = { 'secl.score': metric.score };
      tell('secl.calibration.ece', metric.ece, score);
      tell('secl.calibration.ece.low', metric.eceLow, score);
      tell('secl.calibration.ece.high', metric.eceHigh, score);
      tell('secl.calibration.ece.floor', metric.eceFloor, score);
      tell('secl.calibration.brier', metric.brier, score);
      tell('secl.calibration.auroc', metric.auroc, score);
      tell('secl.calibration.confidence', metric.mean, score);
    }
    tell('secl.calibration.accuracy', accuracy);
    tell('secl.calibration.labelled', labelled);
  });
}
