import type { HealthMonitor } from './worker-health.ts';

/** How often the broker is asked where its partitions end. */
const PROBE_EVERY_MS = 2000;
/** How often it is looked whether everything has been worked off. */
const END_EVERY_MS = 250;

/**
 * Asks the broker for the ends of its partitions, now and again.
 *
 * @param atEnd - Whether everything has been worked off; `null`: nobody waits for that.
 * @param ended - Fired then.
 * @returns Stops it.
 */
export function watchService(
  monitor: Pick<HealthMonitor, 'probe'>,
  atEnd: (() => boolean) | null,
  ended: AbortController,
): () => void {
  const probes = setInterval(() => void monitor.probe(), PROBE_EVERY_MS);
  const looks =
    atEnd === null
      ? undefined
      : setInterval(() => {
          if (atEnd()) ended.abort();
        }, END_EVERY_MS);
  void monitor.probe();
  return () => {
    clearInterval(probes);
    clearInterval(looks);
  };
}
