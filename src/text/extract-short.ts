import { ABBREVIATED } from './abbreviations.ts';

/** Words after which a full stop ends no sentence. */
const ABBREVIATION = new RegExp(
  String.raw`(?:^|[\s("'])(?:\p{L}|${ABBREVIATED}|(?<=\p{L} )no|(?:\p{L}\.)+\p{L})\.$`,
  'iu',
);

const LEAD_IN =
  /^(?:(?:the\s+)?(?:correct\s+|final\s+|short\s+|right\s+)?(?:answer|solution)\s*(?:is\b\s*:?|:|=)|answer\s*:|a\s*:)\s*/i;

/** Takes off Markdown marks and quotation marks that wrap a whole text. */
export function unwrap(text: string): string {
  let inner = text.trim();
  for (;;) {
    const match =
      /^(\*\*|__|\*|_|`+|"|'|“|‘|\$\$?)([\s\S]+?)(\*\*|__|\*|_|`+|"|'|”|’|\$\$?)([.!]?)$/.exec(
        inner,
      );
    const body = match?.[2]?.trim() ?? '';
    const [open, close] = [match?.[1] ?? '', match?.[3] ?? ''];
    const pair = open === '“' ? '”' : open === '‘' ? '’' : open;
    if (body === '' || close !== pair || body.includes(open)) return inner;
    inner = body;
  }
}

/** UTF-16 code units in which an abbreviation at the end of a text is looked for; it is a word or two. */
const ABBREVIATION_ROOM = 32;

/** Whether a text ends with an abbreviation; takes the same time for any text. */
function endsAbbreviated(text: string): boolean {
  return ABBREVIATION.test(text.slice(-ABBREVIATION_ROOM));
}

/** The text up to the end of its first sentence. */
export function firstSentence(text: string): string {
  for (const match of text.matchAll(/[.!?]["')\]]*\s+(?=["'([]*[\p{Lu}\p{N}])/gu)) {
    const upTo = text.slice(0, match.index + 1);
    if (!endsAbbreviated(upTo)) return upTo;
  }
  return text;
}

/**
 * The answer in a short text: its first line that is not empty, first sentence, without a lead-in
 * ("The answer is"), wrapping marks or a full stop at the end.
 *
 * @returns `null` when nothing is left.
 */
export function extractShort(text: string): string | null {
  const line = text
    .split(/\r?\n/)
    .map((candidate) => candidate.replace(/^\s*(?:#{1,6}|[-*•])\s+/, '').trim())
    .map((candidate) => unwrap(candidate).replace(LEAD_IN, '').trim())
    .find((candidate) => /[\p{L}\p{N}]/u.test(candidate));
  if (line === undefined) return null;
  const sentence = unwrap(firstSentence(unwrap(line)).replace(LEAD_IN, ''));
  // The look behind begins a run at its start only, or a long run in mid-text takes time squared.
  const bare = endsAbbreviated(sentence)
    ? sentence
    : sentence.replace(/(?<![.!,;:\s])[.!,;:\s]+$/, '');
  const extracted = unwrap(bare);
  return extracted === '' ? null : extracted;
}
