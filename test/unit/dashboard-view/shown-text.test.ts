import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shownName, shownText } from '../../../src/dashboard-view/shown-text.ts';

test('a short text is shown as it is', () => {
  assert.deepEqual(shownText('Zürich\n東京 🙂', 20), {
    text: 'Zürich\n東京 🙂',
    length: 12,
    cut: false,
  });
});

test('a long one is cut by code points, and says how long it was', () => {
  assert.deepEqual(shownText('🙂'.repeat(1_000_000), 3), {
    text: '🙂🙂🙂…',
    length: 2_000_000,
    cut: true,
  });
  assert.equal(shownText('abc', 3).cut, false);
  assert.equal(shownText('🙂🙂', 2).cut, false);
});

test('marks that reorder or hide text, controls and lone surrogates are replaced', () => {
  const hostile = 'a\u202eb\u2066c\u200bd\u0000e\u001b[31mf\ud800g\ufeffh\u061ci';
  assert.equal(
    shownText(hostile, 99).text,
    'a\ufffdb\ufffdc\ufffdd\ufffde\ufffd[31mf\ufffdg\ufffdh\ufffdi',
  );
});

test('markup is left alone: the page makes text nodes of it', () => {
  assert.equal(shownText('<script>alert(1)</script>', 99).text, '<script>alert(1)</script>');
});

test('whatever comes, what is shown is short, well-formed and without such marks', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      (text, n) => {
        const shown = shownText(text, n);
        assert.ok([...shown.text].length <= n + 1);
        assert.doesNotMatch(
          shown.text,
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
        assert.equal(Buffer.from(shown.text, 'utf8').toString('utf8'), shown.text);
      },
    ),
  );
});

test('a name that is missing stays missing', () => {
  assert.equal(shownName(null, 5), null);
  assert.equal(shownName('chemistry', 4), 'chem…');
});

test('a name stays on its line: what stands below it is not to be written by others', () => {
  assert.equal(shownName('a\nall domains: TRUST', 40), 'a all domains: TRUST');
});
