import type { AnswerStyle, Choice, GivenAnswer } from '../events/question.ts';
import { normalizeAnswer } from '../text/answer-words.ts';
import { claimsHeader, readStreamHeader, type StreamHeader } from './stream-header.ts';
import type { StreamItem } from './stream-item.ts';

/** What one line of a stream file holds. A bad line is a value: it goes to the dead letters. */
export type ParsedLine =
  | { readonly kind: 'item'; readonly item: StreamItem }
  | { readonly kind: 'header'; readonly header: StreamHeader }
  | { readonly kind: 'fault'; readonly reason: string };

const KEYS = ['id', 'domain', 'question', 'style', 'choices', 'accepted', 'givenAnswer'];
const STYLES: readonly string[] = ['short', 'choice', 'reasoning'];
const MAX_CHOICES = 100;

/** Thrown and caught in this file only: the reason why a line is bad. */
class Fault extends Error {}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text that says something. The reason never quotes it: reasons may leave the process. */
function textAt(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Fault(`${where} must be a text`);
  if (value.trim() === '') throw new Fault(`${where} is empty`);
  // JSON can spell it, UTF-8 cannot: a record would hold another text, and another id than its label's.
  if (/\p{Surrogate}/u.test(value)) throw new Fault(`${where} holds half of a surrogate pair`);
  return value;
}

function listAt(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Fault(`${where} must be a list`);
  return value as unknown[];
}

/** Whether two keys differ by at most two edits, so that one is likely a slip for the other. */
function nearlyEqual(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 2) return false;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return (row.at(-1) ?? 0) <= 2;
}

function readChoices(value: unknown): Choice[] {
  const choices = listAt(value, 'choices').map((choice, i) => {
    if (!isObject(choice)) throw new Fault(`choices[${i}] must be {"label", "text"}`);
    return {
      label: textAt(choice['label'], `choices[${i}].label`),
      text: textAt(choice['text'], `choices[${i}].text`),
    };
  });
  if (choices.length > MAX_CHOICES) throw new Fault(`more than ${MAX_CHOICES} choices`);
  if (new Set(choices.map((choice) => choice.label)).size < choices.length)
    throw new Fault('two choices have the same label');
  return choices;
}

function readGivenAnswer(value: unknown): GivenAnswer {
  if (!isObject(value)) throw new Fault('givenAnswer must be {"text", "tokenLogProbabilities"}');
  const { text, tokenLogProbabilities: given } = value;
  const logs = given ?? null;
  if (logs === null) return { text: textAt(text, 'givenAnswer.text'), tokenLogProbabilities: null };
  const numbers = listAt(logs, 'givenAnswer.tokenLogProbabilities').map((log) => {
    if (typeof log !== 'number' || !Number.isFinite(log) || log > 0)
      throw new Fault('givenAnswer.tokenLogProbabilities must be finite numbers of at most 0');
    return log;
  });
  return { text: textAt(text, 'givenAnswer.text'), tokenLogProbabilities: numbers };
}

/** Accepted answers; for choices, labels, where a choice's text also names its label. */
function readAccepted(value: unknown, style: AnswerStyle, choices: readonly Choice[]): string[] {
  if (value === undefined || value === null) return [];
  const accepted = listAt(value, 'accepted').map((text, i) => textAt(text, `accepted[${i}]`));
  if (style !== 'choice') return accepted;
  return accepted.map((text, i) => {
    const wanted = normalizeAnswer(text);
    const byLabel = choices.find((choice) => choice.label === text);
    const byText = choices.filter((choice) => normalizeAnswer(choice.text) === wanted);
    if (byLabel !== undefined) return byLabel.label;
    const [only, second] = byText;
    if (only === undefined || second !== undefined)
      throw new Fault(`accepted[${i}] is neither a label nor the text of one choice`);
    return only.label;
  });
}

function readStyle(value: unknown, choices: readonly Choice[]): AnswerStyle {
  const style = value ?? (choices.length > 0 ? 'choice' : 'short');
  if (typeof style !== 'string' || !STYLES.includes(style))
    throw new Fault('style must be "short", "choice" or "reasoning"');
  if (style === 'choice' && choices.length < 2)
    throw new Fault('a choice question needs at least two choices');
  return style as AnswerStyle;
}

function readItem(value: Json): StreamItem {
  for (const key of Object.keys(value)) {
    const meant = KEYS.includes(key) ? undefined : KEYS.find((known) => nearlyEqual(key, known));
    if (meant !== undefined && value[meant] === undefined)
      throw new Fault(`a key looks like a slip for "${meant}", which is missing`);
  }
  const id = textAt(value['id'], 'id');
  const domain = value['domain'] ?? null;
  const choices = readChoices(value['choices'] ?? []);
  const style = readStyle(value['style'], choices);
  const givenAnswer = value['givenAnswer'] ?? null;
  return {
    id,
    domain: domain === null ? null : textAt(domain, 'domain'),
    question: textAt(value['question'], 'question'),
    style,
    choices,
    accepted: readAccepted(value['accepted'], style, choices),
    ...(givenAnswer === null ? {} : { givenAnswer: readGivenAnswer(givenAnswer) }),
  };
}

/**
 * Reads one line of a stream file: a question, the header, or a reason why it is neither. Keys that are not
 * known are passed over, unless one looks like a slip for a known key that is missing. Never throws; no reason
 * holds text of the question.
 *
 * @param line - Without its line break.
 */
export function parseStreamLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'fault', reason: 'not JSON' };
  }
  if (!isObject(value)) return { kind: 'fault', reason: 'not a JSON object' };
  if (claimsHeader(value)) {
    const header = readStreamHeader(value);
    return 'fault' in header ? { kind: 'fault', reason: header.fault } : { kind: 'header', header };
  }
  try {
    return { kind: 'item', item: readItem(value) };
  } catch (error) {
    if (error instanceof Fault) return { kind: 'fault', reason: error.message };
    throw error;
  }
}
