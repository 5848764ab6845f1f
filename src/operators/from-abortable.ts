import { Observable } from 'rxjs';

/**
 * Runs an abortable piece of work once per subscription; unsubscribing aborts it.
 *
 *     result  -----v|        v is what the promise gave
 *
 * A rejection becomes an error notification.
 */
export function fromAbortable<T>(work: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const controller = new AbortController();
    work(controller.signal).then(
      (value) => {
        subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => {
        subscriber.error(error);
      },
    );
    return () => {
      controller.abort();
    };
  });
}
