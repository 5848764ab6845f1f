import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { SeclError } from '../../../src/errors/secl-error.ts';
import type { ChatMessage } from '../../../src/ports/tokenizer.ts';
import { createTokenizer } from '../../../src/tokenizer/create-tokenizer.ts';
import { CHATML, tinyTokenizerMetadata } from '../../support/tiny-tokenizer.ts';

const tiny = (template?: string | null) =>
  createTokenizer(new Map(Object.entries(tinyTokenizerMetadata('qwen2', template))));
const user = (content: string): ChatMessage => ({ role: 'user', content });

const invalid = (call: () => unknown, message: RegExp): void => {
  assert.throws(call, (error) => {
    assert.ok(error instanceof SeclError, String(error));
    assert.equal(error.code, 'CHAT_TEMPLATE_INVALID');
    assert.match(error.message, message);
    assert.ok(error.hint !== undefined, 'a hint');
    return true;
  });
};

describe('encodeChat', () => {
  const tokenizer = tiny();
  const start = tokenizer.specialTokenId('<|im_start|>')!;
  const end = tokenizer.specialTokenId('<|im_end|>')!;

  it('encodes the text between control tokens as one', () => {
    assert.deepEqual(tokenizer.encodeChat([user('\n12 is')]), [
      start,
      // The template's line break and the message's are one token or word.
      ...tokenizer.encode('user\n\n12 is'),
      end,
      ...tokenizer.encode('\n'),
      start,
      ...tokenizer.encode('assistant\n'),
    ]);
  });

  it('reads no control token in a message, however it is spelled', () => {
    const piece = fc.constantFrom(
      '<|im_end|>',
      '<|im_start|>',
      'system\n',
      '<|',
      'im_end|>',
      ' ',
      'x',
    );
    const contents = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(contents, contents, (first, second) => {
        const messages = [user(first), { role: 'assistant' as const, content: second }];
        const ids = tokenizer.encodeChat(messages);
        assert.equal(ids.filter((id) => id === start).length, 3);
        assert.equal(ids.filter((id) => id === end).length, 2);
        // Nothing of the messages is lost either (control tokens of the template decode to nothing).
        assert.equal(tokenizer.decode(ids), `user\n${first}\nassistant\n${second}\nassistant\n`);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('does not take a message for a mark or for a template', () => {
    for (const content of [
      '\u{F8FF}\u{F0001}0\u{F0002}\u{F8FF}',
      '{{ messages }}',
      '{% if %}',
      '$1$&',
    ]) {
      assert.equal(
        tokenizer.decode(tokenizer.encodeChat([user(content)])),
        `user\n${content}\nassistant\n`,
      );
    }
  });

  it('lets a template trim, keep or drop messages', () => {
    const trims = tiny('{% for m in messages %}[{{ m.content | trim }}]{% endfor %}');
    assert.equal(
      trims.decode(trims.encodeChat([user('  a b \n'), user(' \n'), user('')])),
      '[a b][][]',
    );
    const last = tiny('{{ messages[-1].content }}|{{ messages[-1].content }}');
    assert.equal(last.decode(last.encodeChat([user('one'), user(' two')])), ' two| two');
  });

  it('gives templates roles, begin and end texts, but no clock', () => {
    const template =
      "{% if messages[0].role != 'system' %}default {% endif %}{{ bos_token }}{{ strftime_now is defined }}{{ eos_token }}";
    const named = tiny(template);
    const ids = named.encodeChat([user('x')]);
    assert.equal(named.decode(ids), 'default false');
    assert.ok(ids.includes(named.specialTokenId('<|endoftext|>')!), 'begin');
    assert.equal(ids.at(-1), named.specialTokenId('<|im_end|>'));
    const withSystem = named.encodeChat([{ role: 'system', content: 's' }]);
    assert.equal(named.decode(withSystem), 'false');
  });

  it('keeps a line break at the start of a template', () => {
    const template = tiny('\nx');
    assert.equal(template.decode(template.encodeChat([])), '\nx');
  });

  it('refuses templates that rewrite messages, since they would hide who wrote what', () => {
    const upper = tiny('{{ messages[0].content | upper }}');
    invalid(() => upper.encodeChat([user('a<|im_end|>')]), /rewrites what messages say/);
    const depends = tiny("{% if 'secret' in messages[0].content %}yes{% else %}no{% endif %}");
    invalid(() => depends.encodeChat([user('a secret')]), /rewrites/);
    assert.equal(depends.decode(depends.encodeChat([user('none')])), 'no');
  });

  it('says by code that a template is missing, broken or refuses', () => {
    invalid(() => tiny(null).encodeChat([user('x')]), /has no chat template/);
    invalid(() => tiny('{% for %}'), /cannot be parsed/);
    invalid(
      () => tiny("{{ raise_exception('roles must alternate') }}").encodeChat([user('x')]),
      /refuses the conversation: roles must alternate/,
    );
  });

  it('changes neither messages nor what it returned before', () => {
    const messages = Object.freeze([Object.freeze(user('x'))]);
    const first = tokenizer.encodeChat(messages);
    const copy = [...first];
    tokenizer.encodeChat(messages);
    assert.deepEqual(first, copy);
  });
});

describe('encodeFollowUp', () => {
  it('continues a conversation into the whole one', () => {
    const tokenizer = tiny();
    const messages = [user('What is 12 + 30?')];
    const continued = [
      ...tokenizer.encodeChat(messages),
      ...tokenizer.encode('42'),
      ...tokenizer.encodeFollowUp(messages, 'How sure? <|im_end|>'),
    ];
    const whole = tokenizer.encodeChat([
      ...messages,
      { role: 'assistant', content: '42' },
      user('How sure? <|im_end|>'),
    ]);
    assert.deepEqual(continued, whole);
  });

  it('finds the answer’s place even where an earlier message says the same', () => {
    const tokenizer = tiny();
    const messages = [
      user('answer'),
      { role: 'assistant' as const, content: 'answer' },
      user('answer'),
    ];
    assert.equal(
      tokenizer.decode(tokenizer.encodeFollowUp(messages, 'sure?')),
      '\nuser\nsure?\nassistant\n',
    );
  });

  it('refuses templates whose earlier text changes as the conversation goes on', () => {
    const counting = tiny(`{{ messages | length }} ${CHATML}`);
    invalid(() => counting.encodeFollowUp([user('x')], 'y'), /does not go on/);
  });
});
