import { tokenizerUnsupported } from './tokenizer-fault.ts';

/** How a model's text is cut into words before BPE: what its published `tokenizer.json` says. */
interface SplittingRules {
  /** Unicode normalisation before anything else. */
  readonly normalization: 'NFC' | 'none';
  /** One after the other; a match is a word, and so is what lies between matches. */
  readonly patterns: readonly RegExp[];
}

/**
 * Rules by `tokenizer.ggml.pre`.
 *
 * They follow the tokenizers the models were trained with, not llama.cpp and not transformers' GGUF
 * loader, where these differ:
 * - Qwen2 composes text first (NFC). llama.cpp does not, and transformers' loader forgets to.
 * - SmolLM2 isolates every numeric character of any script (`Digits`), then splits as GPT-2 does.
 *   transformers' loader forgets the digits and makes other tokens of `12`.
 *
 * The patterns are GPT-2's and Qwen2's own, from Oniguruma's dialect to JavaScript's: there, `\s` is
 * Unicode's White_Space (JavaScript's has U+FEFF and lacks U+0085), and `(?i:'s)` matches a long s too.
 */
const RULES: ReadonlyMap<string, SplittingRules> = new Map([
  [
    'smollm',
    {
      normalization: 'none',
      patterns: [
        /\p{N}/gu,
        /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
      ],
    },
  ],
  [
    'qwen2',
    {
      normalization: 'NFC',
      patterns: [
        /'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
      ],
    },
  ],
]);

/** Cuts a text into words; nothing is lost but what normalisation changes. */
export type WordSplitter = (text: string) => readonly string[];

/** The matches of a pattern in a text, and what lies between them, in order. */
function isolate(text: string, pattern: RegExp): string[] {
  const words: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) words.push(text.slice(end, match.index));
    words.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) words.push(text.slice(end));
  return words;
}

/**
 * Makes the splitter of a vocabulary.
 *
 * @param name - `tokenizer.ggml.pre`.
 * @throws SeclError `TOKENIZER_UNSUPPORTED` if the rules are not known.
 */
export function wordSplitter(name: string): WordSplitter {
  const rules = RULES.get(name);
  if (rules === undefined) {
    throw tokenizerUnsupported(
      `Texts are split by the rules ${name}; known are ${[...RULES.keys()].join(', ')}`,
    );
  }
  return (text) => {
    let words = [rules.normalization === 'NFC' ? text.normalize('NFC') : text];
    for (const pattern of rules.patterns) words = words.flatMap((word) => isolate(word, pattern));
    return words;
  };
}
