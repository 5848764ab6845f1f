import type { Alert } from '../events/alert.ts';

/** An alert in one line, for a terminal. */
export function alertLine({ rule, state, level, reason }: Alert): string {
  return `${state === 'firing' ? level : `${level} ${state}`}: ${rule}: ${reason}`;
}
