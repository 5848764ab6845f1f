import type { ExtractedAnswer } from './extracted-answer.ts';
import { unwrap } from './extract-short.ts';
import { normalizeAnswer } from './answer-words.ts';

/** A choice as a question lists it. */
export interface LabelledChoice {
  readonly label: string;
  readonly text: string;
}

const found = (label: string): ExtractedAnswer => ({ extracted: label, ambiguous: false });
const NOTHING: ExtractedAnswer = { extracted: null, ambiguous: false };
const SEVERAL: ExtractedAnswer = { extracted: null, ambiguous: true };

/** What an answer sets itself against: "not the library". */
const CONTRAST = /\b(?:not|rather than|instead of|unlike)\b[^,.;\n]*/gi;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** One label settles it, two do not. */
function settle(labels: ReadonlySet<string>): ExtractedAnswer {
  const [first] = labels;
  if (first === undefined) return NOTHING;
  return labels.size === 1 ? found(first) : SEVERAL;
}

/** Labels of the choices whose text is exactly `text`, once normalised. */
function labelsOfText(text: string, choices: readonly LabelledChoice[]): Set<string> {
  const wanted = normalizeAnswer(text);
  return new Set(
    wanted === ''
      ? []
      : choices.filter((c) => normalizeAnswer(c.text) === wanted).map((c) => c.label),
  );
}

/** Labels of the choices whose text stands in `text` as whole words; a longer choice hides those within it. */
function labelsWithin(text: string, choices: readonly LabelledChoice[]): Set<string> {
  let rest = ` ${normalizeAnswer(text)} `;
  const labels = new Set<string>();
  const byLength = choices
    .map((c) => ({ label: c.label, text: normalizeAnswer(c.text) }))
    .filter((c) => c.text !== '')
    .toSorted((a, b) => b.text.length - a.text.length);
  for (const choice of byLength) {
    const twins = byLength.filter((other) => other.text === choice.text);
    if (!rest.includes(` ${choice.text} `)) continue;
    for (const twin of twins) labels.add(twin.label);
    // A space stays on both sides, so that neighbours are still whole words.
    rest = rest.replaceAll(` ${choice.text} `, ' | ');
  }
  return labels;
}

/** All labels as alternatives of a pattern, longest first. */
function alternativesOf(choices: readonly LabelledChoice[]): string {
  return choices
    .map((c) => escape(c.label))
    .toSorted((a, b) => b.length - a.length)
    .join('|');
}

/** "A bank" and "I think" are words, "A or B" and "A is right" are labels. */
const WORD_LABEL = String.raw`(?![AI]\s+(?!(?:and|or|nor|is|because)\b)\p{Ll})`;

/** The label that a text starts with, set off by punctuation or a line break, and what follows. */
function leadingLabel(
  text: string,
  choices: readonly LabelledChoice[],
): { label: string; rest: string } | undefined {
  const wrap = String.raw`[*_"'\x60]{0,4}`;
  for (const { label } of choices.toSorted((a, b) => b.label.length - a.label.length)) {
    const pattern = String.raw`^[*_"'\x60([]{0,4}${escape(label)}(?:${wrap}[.):,\]]+${wrap}|${wrap}\s*\n|[*_]+\s|\s+[-–—]+\s)`;
    const match = new RegExp(pattern, 'iu').exec(text);
    if (match !== null) return { label, rest: text.slice(match[0].length).trimStart() };
  }
  return undefined;
}

/** Mentions of labels, and whether a mention says that it is the answer. */
function mentions(
  text: string,
  choices: readonly LabelledChoice[],
): { stated: Set<string>; named: Set<string> } {
  const alternatives = alternativesOf(choices);
  const canonical = (label: string): string | undefined =>
    choices.find((c) => c.label === label)?.label ??
    choices.find((c) => c.label.toLowerCase() === label.toLowerCase())?.label;
  const collect = (pattern: string, flags: string): Set<string> =>
    new Set(
      [...text.matchAll(new RegExp(pattern, flags))].flatMap((m) => canonical(m[1] ?? '') ?? []),
    );
  // Case counts here: a lower-case "a" in a sentence is an article.
  const mark = String.raw`[*_"'\x60(\[]*(${alternatives})(?![\p{L}\p{N}'])`;
  const stated = collect(
    String.raw`(?:answer|choice|option)(?:\s+(?:is|would be|should be)|\s*[:=])\s*(?:(?:option|choice|letter)\s+)?${mark}`,
    'gu',
  );
  const quoted = collect(String.raw`(?<![\p{L}\p{N}])[(\[](${alternatives})[)\]]`, 'giu');
  const optioned = collect(String.raw`\b(?:option|choice|letter)\s+${mark}`, 'gu');
  const bare = collect(
    String.raw`(?<![\p{L}\p{N}'])(${WORD_LABEL}(?:${alternatives}))(?![\p{L}\p{N}'])`,
    'gu',
  );
  return { stated, named: new Set([...quoted, ...optioned, ...bare]) };
}

/**
 * The choices with labels as models write them: "b" where the question lists "(b)", "B" for "B.". All stay as
 * they are where two would become one, or one nothing.
 */
function withBareLabels(choices: readonly LabelledChoice[]): readonly LabelledChoice[] {
  const bare = choices.map((c) => ({ ...c, label: c.label.replace(/^[([]|[.):\]]$/g, '') }));
  const labels = new Set(bare.map((c) => c.label.toLowerCase()));
  const distinct = labels.size === new Set(choices.map((c) => c.label.toLowerCase())).size;
  return distinct && !labels.has('') ? bare : choices;
}

/**
 * Finds which choice a text names, its label with or without the marks that set it off in the question
 * ("(b)", "B."). In this order: the text is a label; it is a choice's text; it starts with a
 * label ("B. mall"), unless another choice's text follows; it states one label as the answer ("the answer is
 * B"); it mentions one choice, by label or text. Two choices named are no answer.
 *
 * @param choices - Labels are unique.
 */
export function extractChoice(text: string, choices: readonly LabelledChoice[]): ExtractedAnswer {
  const bare = withBareLabels(choices);
  const { extracted, ambiguous } = extractBare(text, bare);
  const chosen = choices[bare.findIndex((c) => c.label === extracted)];
  return { extracted: chosen?.label ?? null, ambiguous };
}

function extractBare(text: string, choices: readonly LabelledChoice[]): ExtractedAnswer {
  const written = unwrap(text.trim());
  if (written === '' || choices.length === 0) return NOTHING;
  // The look behind begins a run at its start only, or a long run in mid-text takes time squared.
  const bareLabel = written.replace(/^[\s*_"'`([]+|(?<![\s*_"'`)\].:,!])[\s*_"'`)\].:,!]+$/g, '');
  const exact =
    choices.find((c) => c.label === bareLabel) ??
    choices.find((c) => c.label.toLowerCase() === bareLabel.toLowerCase());
  if (exact !== undefined) return found(exact.label);

  const spelled = choices.filter((c) => c.text.toLowerCase() === written.toLowerCase());
  if (spelled.length > 0) return settle(new Set(spelled.map((c) => c.label)));

  const lead = leadingLabel(written, choices);
  if (lead !== undefined) {
    const line = lead.rest.split('\n')[0] ?? '';
    const texts = labelsOfText(line, choices);
    if (texts.size > 0) return texts.has(lead.label) ? found(lead.label) : SEVERAL;
    // "A, B" and "(A) or (B)" list labels; "B. Because …" explains one.
    const second = new RegExp(
      String.raw`^(?:(?:and|or|nor|&)\s+)?[*_"'\x60([]{0,4}(${WORD_LABEL}(?:${alternativesOf(choices)}))(?![\p{L}\p{N}'])`,
      'u',
    ).exec(line)?.[1];
    return second === undefined || second === lead.label ? found(lead.label) : SEVERAL;
  }

  const byText = labelsOfText(written, choices);
  if (byText.size > 0) return settle(byText);

  // A choice may itself be a denial: "not hungry".
  const denials = choices.some((c) => c.text.search(CONTRAST) >= 0);
  const claimed = denials ? written : written.replace(CONTRAST, ' ');
  const { stated, named } = mentions(claimed, choices);
  if (stated.size > 0) return settle(stated);
  const after = /(?:answer|choice|option)(?:\s+is|\s*[:=])\s*([^\n]+)/i.exec(claimed)?.[1];
  const statedText = after === undefined ? new Set<string>() : labelsWithin(after, choices);
  if (statedText.size === 1) return settle(statedText);
  return settle(new Set([...named, ...labelsWithin(claimed, choices)]));
}
