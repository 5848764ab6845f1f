import { byteAlphabet } from './byte-alphabet.ts';
import { MergeHeap } from './merge-heap.ts';
import { tokenizerUnsupported } from './tokenizer-fault.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Words whose ids are remembered. Text repeats its words; 16,384 of them are some 2 MB. */
const CACHED_WORDS = 16_384;

/** Longest word remembered, in UTF-16 code units: longer ones rarely come twice. */
const LONGEST_CACHED_WORD = 64;

/** A word to the ids of its tokens. */
export type WordEncoder = (word: string) => readonly number[];

/** What joining two tokens makes, and how early. */
interface Merges {
  /** Rank by `left · V + right`; lower is earlier. */
  readonly ranks: ReadonlyMap<number, number>;
  /** Id of the joined token by rank. */
  readonly joined: Int32Array;
}

function readMerges(vocabulary: Vocabulary): Merges {
  const { merges, normalIds, tokens } = vocabulary;
  const ranks = new Map<number, number>();
  const joined = new Int32Array(merges.length);
  merges.forEach(([left, right], rank) => {
    const leftId = normalIds.get(left);
    const rightId = normalIds.get(right);
    const joinedId = normalIds.get(left + right);
    if (leftId === undefined || rightId === undefined || joinedId === undefined) {
      throw tokenizerUnsupported(`Merge ${rank} of the vocabulary joins tokens that are not there`);
    }
    ranks.set(leftId * tokens.length + rightId, rank);
    joined[rank] = joinedId;
  });
  return { ranks, joined };
}

/**
 * Byte-pair encoding of single words: from the ids of its bytes, the neighbours whose merge ranks first
 * are joined, the leftmost of equals first, until none can be.
 *
 * A byte the vocabulary lacks is left out before merging, as the Rust tokenizers do that the models
 * were trained with (SmolLM2 lacks six control characters and the bytes F1 and F2, hence the planes 4
 * to 11 of Unicode).
 *
 * Own code and not `@huggingface/tokenizers` (0.2.0), which differs from the Rust tokenizers (unknown
 * bytes are dropped after merging, a long s is no `'s`), and is slow: some 40 µs a character in long
 * runs, so that one hostile record of a million spaces holds the process for 35 s (here: under 1 s).
 *
 * @returns A function with a bounded memory of words.
 * @throws SeclError `TOKENIZER_UNSUPPORTED` if a merge names unknown tokens.
 * @remarks O(n log n) for a word of n bytes.
 *
 * Source: Sennrich et al. 2016, arXiv:1508.07909, over bytes as in GPT-2.
 */
export function bytePairEncoder(vocabulary: Vocabulary): WordEncoder {
  const size = vocabulary.tokens.length;
  const { ranks, joined } = readMerges(vocabulary);
  const byteIds = Int32Array.from(byteAlphabet(), (char) => vocabulary.normalIds.get(char) ?? -1);
  const utf8 = new TextEncoder();
  const cache = new Map<string, readonly number[]>();

  const merge = (word: string): number[] => {
    // Lone surrogates become U+FFFD here, as they do whenever text is encoded in UTF-8.
    const ids = Int32Array.from(utf8.encode(word), (byte) => byteIds[byte]!).filter(
      (id) => id >= 0,
    );
    const count = ids.length;
    // A linked list over positions; the joined token takes the left one's place.
    const next = Int32Array.from({ length: count }, (_, i) => i + 1);
    const previous = Int32Array.from({ length: count }, (_, i) => i - 1);
    const rankAt = (at: number): number | undefined => {
      const right = next[at]!;
      return right < count ? ranks.get(ids[at]! * size + ids[right]!) : undefined;
    };
    const heap = new MergeHeap();
    const offer = (at: number): void => {
      const rank = rankAt(at);
      if (rank !== undefined) heap.push(rank, at);
    };
    for (let at = 0; at + 1 < count; at++) offer(at);
    while (heap.pop()) {
      const at = heap.position;
      // Entries of pairs that are no longer there: the left token is gone, or a neighbour changed.
      if (ids[at]! < 0 || rankAt(at) !== heap.rank) continue;
      const right = next[at]!;
      const after = next[right]!;
      ids[at] = joined[heap.rank]!;
      ids[right] = -1;
      next[at] = after;
      if (after < count) previous[after] = at;
      offer(at);
      if (previous[at]! >= 0) offer(previous[at]!);
    }
    return Array.from(ids.filter((id) => id >= 0));
  };

  return (word) => {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const ids = merge(word);
    if (word.length <= LONGEST_CACHED_WORD) {
      if (cache.size >= CACHED_WORDS) cache.delete(cache.keys().next().value!);
      cache.set(word, ids);
    }
    return ids;
  };
}
