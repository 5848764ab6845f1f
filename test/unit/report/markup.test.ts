import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeText, html } from '../../../src/report/markup.ts';

describe('html', () => {
  it('escapes what is put in, in elements and attributes, and not its own text', () => {
    const text = `"><script>alert('x' & 1)</script>`;
    assert.equal(
      html`<b title="${text}">${text}</b>`.toString(),
      `<b title="${escapeText(text)}">${escapeText(text)}</b>`,
    );
    assert.equal(
      escapeText(text),
      '&quot;&gt;&lt;script&gt;alert(&#39;x&#39; &amp; 1)&lt;/script&gt;',
    );
  });

  it('keeps markup and lists of it, and writes numbers', () => {
    const items = ['<a>', 2].map((item) => html`<li>${item}</li>`);
    assert.equal(html`${items}`.toString(), '<li>&lt;a&gt;</li><li>2</li>');
    assert.equal(html`${['<', ['&']]}`.toString(), '&lt;&amp;');
  });

  it('leaves no character of text that could end an element or attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeText(text);
        assert.ok(!/[<>"']/.test(escaped));
        assert.ok(!/&(?!(?:amp|lt|gt|quot|#39);)/.test(escaped));
      }),
    );
  });

  it('replaces control characters, lone surrogates and marks of direction', () => {
    assert.equal(escapeText('a\u0000b\u001bc\ud800d\u202ee'), 'a\ufffdb\ufffdc\ufffdd\ufffde');
    assert.equal(escapeText('tab\tline\nkept, 語 and 😀 too'), 'tab\tline\nkept, 語 and 😀 too');
  });
});
