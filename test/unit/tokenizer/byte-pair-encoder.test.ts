import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { byteAlphabet } from '../../../src/tokenizer/byte-alphabet.ts';
import { bytePairEncoder } from '../../../src/tokenizer/byte-pair-encoder.ts';
import { MergeHeap } from '../../../src/tokenizer/merge-heap.ts';
import type { Vocabulary } from '../../../src/tokenizer/vocabulary.ts';

/** A vocabulary of single characters and merges, e.g. `'a b'`. */
function vocabularyOf(chars: string, merges: readonly string[]): Vocabulary {
  const pairs = merges.map((line) => line.split(' ') as [string, string]);
  const tokens = [...new Set([...chars, ...pairs.map((pair) => pair.join(''))])];
  return {
    tokens,
    normalIds: new Map(tokens.map((text, id) => [text, id])),
    controlIds: new Map(),
    wordIds: new Map(),
    merges: pairs,
    splitting: 'smollm',
    endTokenIds: [],
    beginText: '',
    endText: '',
  };
}

/** The definition: while any neighbours can be joined, join the leftmost pair of the lowest rank. */
function encodeNaively(word: string, vocabulary: Vocabulary): string[] {
  const symbols = [...word].filter((char) => vocabulary.normalIds.has(char));
  for (;;) {
    let best = { rank: Infinity, at: -1 };
    for (let at = 0; at + 1 < symbols.length; at++) {
      const rank = vocabulary.merges.findIndex(
        ([left, right]) => left === symbols[at] && right === symbols[at + 1],
      );
      if (rank >= 0 && rank < best.rank) best = { rank, at };
    }
    if (best.at < 0) return symbols;
    symbols.splice(best.at, 2, symbols[best.at]! + symbols[best.at + 1]!);
  }
}

describe('bytePairEncoder', () => {
  const encode = (word: string, vocabulary: Vocabulary): string[] =>
    bytePairEncoder(vocabulary)(word).map((id) => vocabulary.tokens[id]!);

  it('joins by rank, not from left to right', () => {
    assert.deepEqual(encode('abc', vocabularyOf('abc', ['b c', 'a b'])), ['a', 'bc']);
    assert.deepEqual(encode('abc', vocabularyOf('abc', ['a b', 'b c'])), ['ab', 'c']);
  });

  it('joins the leftmost of equals first', () => {
    assert.deepEqual(encode('aaa', vocabularyOf('a', ['a a'])), ['aa', 'a']);
    assert.deepEqual(encode('aaaaa', vocabularyOf('a', ['a a', 'aa aa'])), ['aaaa', 'a']);
  });

  it('drops bytes the vocabulary lacks before it joins', () => {
    assert.deepEqual(encode('axb', vocabularyOf('ab', ['a b'])), ['ab']);
    assert.deepEqual(encode('xx', vocabularyOf('ab', ['a b'])), []);
  });

  it('agrees with the definition on random merge lists and words', () => {
    const text = (maxLength: number) =>
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'z'), minLength: 1, maxLength });
    const merges = fc.uniqueArray(
      fc.tuple(text(3), text(3)).map((pair) => pair.join(' ')),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(merges, text(30), (lines, word) => {
        // Only merges of tokens that exist, as a trainer would make them: bytes, or earlier joins.
        const known = new Set(['a', 'b', 'c']);
        const usable = lines.filter((line) => {
          const [left, right] = line.split(' ') as [string, string];
          if (!known.has(left) || !known.has(right)) return false;
          known.add(left + right);
          return true;
        });
        const vocabulary = vocabularyOf('abc', usable);
        assert.deepEqual(encode(word, vocabulary), encodeNaively(word, vocabulary));
      }),
      { seed: 6, numRuns: 1000 },
    );
  });
});

describe('MergeHeap', () => {
  it('gives entries by rank, then position', () => {
    const entry = fc.tuple(fc.nat(300_000), fc.nat(2 ** 28 - 1));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 100 }), (entries) => {
        const heap = new MergeHeap();
        for (const [rank, position] of entries) heap.push(rank, position);
        const popped: [number, number][] = [];
        while (heap.pop()) popped.push([heap.rank, heap.position]);
        assert.deepEqual(
          popped,
          [...entries].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
        );
      }),
      { seed: 7 },
    );
  });
});

describe('byteAlphabet', () => {
  it('has GPT-2’s stand-ins: 256 of them, space as Ġ, line feed as Ċ, 0xAD as Ń', () => {
    const alphabet = byteAlphabet();
    assert.equal(new Set(alphabet).size, 256);
    assert.equal(alphabet[0x41], 'A');
    assert.equal(alphabet[0x20], 'Ġ');
    assert.equal(alphabet[0x0a], 'Ċ');
    assert.equal(alphabet[0xad], 'Ń');
    assert.equal(alphabet[0xff], 'ÿ');
  });
});
