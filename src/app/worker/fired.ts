import { defer, fromEvent, of, take, type Observable } from 'rxjs';

/** Emits once the signal fires, to whoever comes later at once, and completes. */
export function fired(signal: AbortSignal): Observable<unknown> {
  return defer(() => (signal.aborted ? of(true) : fromEvent(signal, 'abort').pipe(take(1))));
}
