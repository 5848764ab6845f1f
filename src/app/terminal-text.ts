import { shownText } from '../dashboard-view/shown-text.ts';

/** A text that nobody can vouch for, as a terminal may show it: whole, but without what would steer it. */
export function terminalText(text: string): string {
  return shownText(text, Math.max(1, text.length)).text;
}
