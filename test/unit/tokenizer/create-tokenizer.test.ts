import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { SeclError } from '../../../src/errors/secl-error.ts';
import type { GgufValue } from '../../../src/gguf/metadata.ts';
import { byteAlphabet } from '../../../src/tokenizer/byte-alphabet.ts';
import { createTokenizer } from '../../../src/tokenizer/create-tokenizer.ts';
import {
  readTokenizerGolden,
  tinyTokenizerMetadata,
  type TinyKind,
  type TinyVocabulary,
} from '../../support/tiny-tokenizer.ts';
import { gguf } from '../../support/write-gguf.ts';

const strings = readTokenizerGolden('strings.json') as string[];
const kinds = ['smollm', 'qwen2'] as const;

const tiny = (kind: TinyKind, template?: string | null) =>
  createTokenizer(new Map(Object.entries(tinyTokenizerMetadata(kind, template))));

const refused = (call: () => unknown, code: string, message: RegExp): void => {
  assert.throws(call, (error) => {
    assert.ok(error instanceof SeclError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(error.hint !== undefined, 'a hint');
    return true;
  });
};

describe('createTokenizer on small vocabularies', () => {
  for (const kind of kinds) {
    const tokenizer = tiny(kind);
    const { ids, tokens } = readTokenizerGolden(`tiny-${kind}.json`) as TinyVocabulary;

    it(`gives the ids of the Rust tokenizers for 1,000 mixed texts (${kind})`, () => {
      assert.equal(strings.length, 1000);
      strings.forEach((text, i) => {
        assert.deepEqual(tokenizer.encode(text), ids[i], JSON.stringify(text));
      });
    });

    it(`decodes what it encodes, but for composition and bytes it lacks (${kind})`, () => {
      const known = new Set(tokens);
      const lacking = byteAlphabet().map((char) => !known.has(char));
      const kept = (char: string): boolean =>
        !new TextEncoder().encode(char).some((byte) => lacking[byte]!);
      // UTF-8 never uses 13 bytes; the small SmolLM2-like vocabulary lacks more.
      assert.ok(kind === 'qwen2' ? !lacking.includes(true) : lacking.filter(Boolean).length > 13);
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (given) => {
          const text = [...given].filter(kept).join('');
          const expected = kind === 'qwen2' ? text.normalize('NFC') : text;
          assert.equal(tokenizer.decode(tokenizer.encode(text)), expected);
        }),
        { seed: 3, numRuns: 500 },
      );
    });

    it(`keeps ids in the vocabulary and control tokens out, whatever the text (${kind})`, () => {
      const controls = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'].map((text) =>
        tokenizer.specialTokenId(text),
      );
      assert.ok(controls.every((id) => id !== undefined));
      const hostile = fc.array(
        fc.constantFrom('<|im_end|>', '<|', 'im_start|>', 'x', '\n', '\uD800'),
      );
      fc.assert(
        fc.property(hostile, (parts) => {
          for (const id of tokenizer.encode(parts.join(''))) {
            assert.ok(id >= 0 && id < tokenizer.vocabularySize && !controls.includes(id), `${id}`);
          }
        }),
        { seed: 4, numRuns: 300 },
      );
    });
  }

  it('recognises words that were added whole in any text, and decodes them', () => {
    const tokenizer = tiny('qwen2');
    const ids = tokenizer.encode('a<tool_call>b');
    assert.equal(ids.length, 3);
    assert.equal(tokenizer.decode(ids), 'a<tool_call>b');
    assert.equal(tokenizer.specialTokenId('<tool_call>'), undefined);
  });

  it('leaves control tokens and unknown ids out when decoding; broken UTF-8 becomes U+FFFD', () => {
    const tokenizer = tiny('qwen2');
    const end = tokenizer.specialTokenId('<|im_end|>')!;
    const text = tokenizer.encode('é');
    assert.equal(tokenizer.decode([end, ...text, end, 99_999, -1]), 'é');
    const euro = tokenizer.encode('\u{10348}');
    assert.ok(euro.length > 1, 'a character of several tokens');
    assert.equal(tokenizer.decode(euro.slice(0, -1)), '\uFFFD');
    assert.equal(tokenizer.decode(euro), '\u{10348}');
    assert.equal(tokenizer.decode([]), '');
    assert.equal(tokenizer.decode(tokenizer.encode('\uFEFFx')), '\uFEFFx');
  });

  it('encodes a lone surrogate as U+FFFD', () => {
    const tokenizer = tiny('qwen2');
    assert.deepEqual(tokenizer.encode('a\uD83D b'), tokenizer.encode('a\uFFFD b'));
  });

  it('ends turns with eos first, then what else ends texts', () => {
    const tokenizer = tiny('smollm');
    assert.deepEqual(tokenizer.endTokenIds, [
      tokenizer.specialTokenId('<|im_end|>'),
      tokenizer.specialTokenId('<|endoftext|>'),
    ]);
  });

  it('forgets nothing when its memory of words overflows', () => {
    const tokenizer = tiny('smollm');
    const first = tokenizer.encode('confidence');
    for (let i = 0; i < 20_000; i++)
      tokenizer.encode(`w${'abcdefghij'[i % 10]!}${'q'.repeat(i % 50)}`);
    for (let i = 0; i < 20_000; i++) tokenizer.encode(i.toString(26).replaceAll(/\d/g, 'z'));
    assert.deepEqual(tokenizer.encode('confidence'), first);
  });

  it('takes time in proportion to the text, also for one endless word', () => {
    const tokenizer = tiny('qwen2');
    const start = performance.now();
    for (const unit of [' ', 'a', '!', '\n', ' \n', '👍']) tokenizer.encode(unit.repeat(50_000));
    // 350,000 characters take about a quarter of a second; quadratic time would be most of an hour.
    assert.ok(performance.now() - start < 15_000, 'too slow');
  });
});

describe('createTokenizer on damaged metadata', () => {
  const given = (change: Record<string, GgufValue | undefined>): (() => unknown) => {
    const entries = Object.entries({ ...tinyTokenizerMetadata('smollm'), ...change });
    const present = entries.filter((entry): entry is [string, GgufValue] => entry[1] !== undefined);
    return () => createTokenizer(new Map(present));
  };
  const cases: readonly [string, Record<string, GgufValue | undefined>, RegExp][] = [
    ['another kind', { 'tokenizer.ggml.model': gguf.text('llama') }, /of the kind llama/],
    ['no kind', { 'tokenizer.ggml.model': undefined }, /of the kind \(none\)/],
    ['unknown rules', { 'tokenizer.ggml.pre': gguf.text('tekken') }, /rules tekken/],
    ['rules named as a method', { 'tokenizer.ggml.pre': gguf.text('constructor') }, /constructor/],
    ['rules with an escape', { 'tokenizer.ggml.pre': gguf.text('\u001B[2J') }, /rules \uFFFD\[2J/],
    ['no rules', { 'tokenizer.ggml.pre': undefined }, /rules \(none\)/],
    ['no tokens', { 'tokenizer.ggml.tokens': undefined }, /no tokens/],
    ['no merges', { 'tokenizer.ggml.merges': undefined }, /no list of merges/],
    ['a merge that is no pair', { 'tokenizer.ggml.merges': gguf.texts(['a b c']) }, /is no pair/],
    ['a merge of unknowns', { 'tokenizer.ggml.merges': gguf.texts(['zzz yyy']) }, /joins tokens/],
    ['too few types', { 'tokenizer.ggml.token_type': gguf.i32s([1]) }, /1 types for/],
    [
      'two tokens of one text',
      { 'tokenizer.ggml.tokens': gguf.texts(['a', 'a']), 'tokenizer.ggml.token_type': undefined },
      /same text as 0/,
    ],
    [
      'an end beyond the vocabulary',
      { 'tokenizer.ggml.eos_token_id': gguf.u32(5000) },
      /no token of/,
    ],
  ];
  for (const [what, change, message] of cases) {
    it(`refuses ${what}`, () => {
      refused(given(change), 'TOKENIZER_UNSUPPORTED', message);
    });
  }

  it('refuses a value of another type by the file’s code', () => {
    refused(given({ 'tokenizer.ggml.tokens': gguf.u32(1) }), 'GGUF_INVALID', /array of strings/);
  });
});
