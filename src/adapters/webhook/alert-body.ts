import type { Alert } from '../../events/alert.ts';
import { isoInstant } from '../../events/instant-text.ts';

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
    since: isoInstant(sinceMs),
    at: isoInstant(atMs),
    text: `[${word}] ${pipeline}: ${rule}. ${reason}`,
  });
}
