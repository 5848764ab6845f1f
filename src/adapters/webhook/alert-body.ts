import type { Alert } from '../../events/alert.ts';

/** An instant as ISO 8601 in UTC. */
function instant(ms: number): string | null {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null;
}

/** Names one telling of an alert: whoever gets it twice can tell. */
export function alertId({ pipeline, rule, state, atMs }: Alert): string {
  return `${pipeline}/${rule}/${state}/${atMs}`;
}

/** What is posted: the record, its id, its times in UTC for people, and a line that chat tools show. */
export function alertBody(alert: Alert): string {
  const { pipeline, rule, state, level, reason, sinceMs, atMs } = alert;
  const word = state === 'resolved' ? 'resolved' : state === 'reminder' ? `still ${level}` : level;
  return JSON.stringify({
    id: alertId(alert),
    ...alert,
    since: instant(sinceMs),
    at: instant(atMs),
    text: `[${word}] ${pipeline}: ${rule}. ${reason}`,
  });
}
