import { instantText } from '../events/instant-text.ts';
import type { Verdict } from '../events/verdict.ts';
import { verdictWord } from '../verdict/step-verdict.ts';
import { formatCount } from './format-number.ts';
import { html, type Markup } from './markup.ts';

/** The verdict at a run's end in one line. */
export function verdictLine(verdict: Verdict | null): string {
  return verdict === null
    ? 'Verdict: not enough data. No window of answers has closed.'
    : `Verdict: ${verdictWord(verdict.level)}. ${verdict.reason}`;
}

/** The verdict at a run's end, as the report's first section. */
export function verdictSection(verdict: Verdict | null): Markup {
  if (verdict === null)
    return html`<div class="verdict">
      <p class="quiet">Can confidence be trusted?</p>
      <p class="word">not enough data</p>
      <p>No window of answers has closed.</p>
    </div>`;
  const { level, reason, basis, n, labelled, sinceMs, dataAtMs } = verdict;
  return html`<div class="verdict ${level}">
    <p class="quiet">Can confidence be trusted? At the end of the run:</p>
    <p class="word">${verdictWord(level)}</p>
    <p>${reason}</p>
    <p class="quiet">
      Since ${instantText(sinceMs)}; ${basis === 'none' ? 'rests on nothing yet' : basis}; n
      ${formatCount(n)}, ${formatCount(labelled)} labelled; newest answer of
      ${instantText(dataAtMs)}.
      ${
        basis === 'estimated'
          ? 'Estimated numbers cannot see that the relation between question and right answer has changed.'
          : ''
      }
    </p>
  </div>`;
}
