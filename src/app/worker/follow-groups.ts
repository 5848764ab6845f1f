import type { WorkerEvents } from './run-worker.ts';
import type { HealthMonitor } from './worker-health.ts';

/** Tells a health monitor of which groups it is a member, and people what is tried again. */
export function followGroups(
  monitor: Pick<HealthMonitor, 'joined' | 'joining' | 'failed'>,
  onTrouble: ((sentence: string) => void) | undefined,
): { readonly [Name in 'onMembership' | 'onRetry']: NonNullable<WorkerEvents[Name]> } {
  return {
    onMembership: (groupId, isMember) => {
      if (isMember) monitor.joined(groupId);
      else monitor.joining(groupId);
    },
    onRetry: (groupId, error, waitMs) => {
      const why = error instanceof Error ? error.message : String(error);
      monitor.failed(groupId, `was left: ${why}`);
      onTrouble?.(`${groupId}: ${why}; trying again in ${(waitMs / 1000).toFixed(1)} s`);
    },
  };
}
