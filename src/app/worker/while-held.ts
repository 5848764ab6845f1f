import { defer, finalize, tap, type Observable } from 'rxjs';
import { INSTRUMENTS, type InstrumentName } from '../../ports/instruments.ts';
import type { Attributes, Telemetry } from '../../ports/telemetry.ts';

/**
 * Work on something that may be taken away, e.g. a partition: unless it ends by itself, the gauges that it has set are
 * told no more, and what comes late sets none. Whoever goes on with it elsewhere tells them.
 */
export function whileHeld<T>(
  telemetry: Telemetry,
  work: (telemetry: Telemetry) => Observable<T>,
): Observable<T> {
  if (!telemetry.on) return work(telemetry);
  return defer(() => {
    const set = new Map<string, readonly [InstrumentName, Attributes]>();
    let completed = false;
    let lost = false;
    return work({
      ...telemetry,
      measure(name, value, attributes = {}) {
        if (INSTRUMENTS[name].kind === 'gauge') {
          if (lost) return;
          set.set(`${name} ${JSON.stringify(attributes)}`, [name, attributes]);
        }
        telemetry.measure(name, value, attributes);
      },
    }).pipe(
      tap({
        complete: () => {
          completed = true;
        },
      }),
      finalize(() => {
        if (completed) return;
        lost = true;
        for (const [name, attributes] of set.values()) telemetry.forget(name, attributes);
      }),
    );
  });
}
