import type { WorkerStatus } from '../app/worker/run-service.ts';

/** A worker's status as one line of JSON. */
export function statusJson({ atMs, ...status }: WorkerStatus): string {
  return JSON.stringify({ at: new Date(atMs).toISOString(), ...status });
}

/** A worker's status as one line for people. */
export function statusLine(status: WorkerStatus): string {
  const { answered, deadLetters, questionsPerSecond, adapterVersion, burst, reasons } = status;
  const lags = status.partitions.map(({ lag }) => lag ?? 0);
  const facts = [
    `answered ${answered}`,
    ...(deadLetters === 0 ? [] : [`${deadLetters} dead letters`]),
    ...(questionsPerSecond === null ? [] : [`${questionsPerSecond.toFixed(2)} questions/s`]),
    `${status.partitions.length} partitions`,
    `lag ${lags.reduce((sum, lag) => sum + lag, 0)}`,
    ...(adapterVersion === 0 ? [] : [`adapter ${adapterVersion}`]),
    ...(burst ? ['burst'] : []),
  ];
  const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
  return `${status.status}${why}: ${facts.join(', ')}`;
}
