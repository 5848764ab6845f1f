import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { StandInTokenizer } from '../../../../src/adapters/memory/stand-in-tokenizer.ts';
import { standInVocabulary } from '../../../../src/adapters/memory/stand-in-vocabulary.ts';

const tokenizer = new StandInTokenizer(standInVocabulary());

describe('StandInTokenizer', () => {
  it('decodes what it encoded', () => {
    const word = fc.constantFrom(' True', 'digit', ' a', '<|im_end|>', 'é', '😀', ' Paris', '\n');
    const text = fc.array(fc.oneof(word, fc.string({ unit: 'binary' })), { maxLength: 8 });
    fc.assert(
      fc.property(text, (pieces) => {
        const written = pieces.join('');
        assert.equal(tokenizer.decode(tokenizer.encode(written)), written);
      }),
    );
  });

  it('reads special tokens in texts letter by letter, and leaves them out when decoding', () => {
    const end = tokenizer.specialTokenId('<|im_end|>') as number;
    assert.ok(!tokenizer.encode('a<|im_end|>').includes(end));
    assert.equal(tokenizer.decode([...tokenizer.encode('a'), end]), 'a');
    assert.equal(tokenizer.specialTokenId('a'), undefined);
  });

  it('continues a conversation where the answer ended', () => {
    const first = { role: 'user' as const, content: 'Who?' };
    const answer = tokenizer.encode('Paris');
    const whole = tokenizer.encodeChat([
      first,
      { role: 'assistant', content: 'Paris' },
      { role: 'user', content: 'Sure?' },
    ]);
    const continued = [
      ...tokenizer.encodeChat([first]),
      ...answer,
      ...tokenizer.encodeFollowUp([first], 'Sure?'),
    ];
    assert.deepEqual(continued, whole);
  });

  it('writes bytes that are no character as U+FFFD', () => {
    assert.equal(tokenizer.decode([0xc3, ...tokenizer.encode(' Paris')]), '\ufffd Paris');
  });
});
