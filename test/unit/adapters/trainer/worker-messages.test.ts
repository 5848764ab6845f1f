import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  plainError,
  seclError,
  trainerFailed,
} from '../../../../src/adapters/trainer/worker-messages.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';

describe('an error that crosses threads', () => {
  it('keeps code, message, hint and whether trying again helps', () => {
    const error = new SeclError('CANCELLED', 'stopped', { hint: 'wait', retryable: true });
    const { code, message, hint, retryable } = seclError(structuredClone(plainError(error)));
    assert.deepEqual([code, message, hint, retryable], ['CANCELLED', 'stopped', 'wait', true]);
  });

  it('is the trainer’s failure if it had no code', () => {
    const { code, message } = plainError(new Error('odd'));
    assert.equal(code, 'TRAINING_FAILED');
    assert.match(message, /odd/);
    assert.match(trainerFailed('it broke', 'exit code 1').message, /it broke: exit code 1/);
  });
});
