import { connectionFault } from './kafka-faults.ts';

/**
 * The outcome of a request, or a connection fault when its connections are given up. kafkajs settles no
 * request of a connection that breaks while it is being closed: whoever waited for one would wait for ever.
 *
 * @param gone - Fires when the connections are given up.
 * @param longestMs - After this the request counts as lost, whatever its connections do.
 * @throws What the request throws; a connection fault.
 */
export function settledOrGone<T>(
  request: Promise<T>,
  gone: AbortSignal,
  longestMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      reject(connectionFault('the connection was given up'));
    };
    const timer = setTimeout(giveUp, longestMs);
    if (gone.aborted) giveUp();
    gone.addEventListener('abort', giveUp);
    request.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      gone.removeEventListener('abort', giveUp);
    });
  });
}
