import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERROR_CODES } from '../../../src/errors/error-code.ts';
import { isRetryable, precondition, SeclError } from '../../../src/errors/secl-error.ts';

describe('SeclError', () => {
  it('carries code, hint, cause and whether trying again can help', () => {
    const cause = new Error('underneath');
    const error = new SeclError('DOWNLOAD_FAILED', 'No luck.', {
      hint: 'Try later.',
      retryable: true,
      cause,
    });
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'SeclError');
    assert.equal(error.code, 'DOWNLOAD_FAILED');
    assert.equal(error.message, 'No luck.');
    assert.equal(error.hint, 'Try later.');
    assert.equal(error.cause, cause);
    assert.equal(error.retryable, true);
  });

  it('has neither hint nor cause, and is not retryable, unless told', () => {
    const error = new SeclError('USAGE', 'No.');
    assert.equal(error.hint, undefined);
    assert.equal('cause' in error, false);
    assert.equal(error.retryable, false);
  });

  it('has a sentence for each code', () => {
    for (const [code, meaning] of Object.entries(ERROR_CODES)) {
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
      assert.match(meaning, /^[A-Z].*\.$/);
    }
  });
});

describe('isRetryable', () => {
  it('is total: anything can be thrown', () => {
    assert.equal(isRetryable(new SeclError('FENCED', 'x', { retryable: true })), true);
    assert.equal(isRetryable(new SeclError('FENCED', 'x')), false);
    for (const thrown of [undefined, null, 'x', 1, {}, { retryable: true }, new Error('x')]) {
      assert.equal(isRetryable(thrown), false);
    }
  });
});

describe('precondition', () => {
  it('throws a coded error only where the condition fails', () => {
    precondition(true, 'unused');
    assert.throws(() => precondition(false, 'n is 0'), { code: 'PRECONDITION', message: 'n is 0' });
  });
});
