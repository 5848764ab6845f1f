import type { WorkerEvents } from './run-worker.ts';
import type { HealthMonitor } from './worker-health.ts';

/** Tells a health monitor which groups were joined and left, and people what is tried again. */
export function followGroups(
  monitor: Pick<HealthMonitor, 'joined' | 'failed'>,
  onTrouble: ((sentence: string) => void) | undefined,
): { readonly [Name in 'onJoined' | 'onRetry']: NonNullable<WorkerEvents[Name]> } {
  return {
    onJoined: (groupId) => {
      monitor.joined(groupId);
    },
    onRetry: (groupId, error, waitMs) => {
      const why = error instanceof Error ? error.message : String(error);
      monitor.failed(groupId, `was left: ${why}`);
      onTrouble?.(`${groupId}: ${why}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
    },
  };
}
