import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { wordSplitter } from '../../../src/tokenizer/word-splitter.ts';
import { readTokenizerGolden } from '../../support/tiny-tokenizer.ts';

interface Words {
  readonly texts: readonly string[];
  readonly smollm: readonly (readonly string[])[];
  readonly qwen2: readonly (readonly string[])[];
}

describe('wordSplitter', () => {
  const words = readTokenizerGolden('words.json') as Words;
  for (const kind of ['smollm', 'qwen2'] as const) {
    it(`cuts texts where the Rust tokenizers do (${kind})`, () => {
      const split = wordSplitter(kind);
      words.texts.forEach((text, i) => {
        assert.deepEqual(split(text), words[kind][i], JSON.stringify(text));
      });
      assert.deepEqual(split(''), []);
    });
  }
});
