import assert from 'node:assert/strict';

import { SeclError } from '../../src/errors/secl-error.ts';
import type { ErrorCode } from '../../src/errors/error-code.ts';

/** Expects work to fail with a code, and hands the error back for a closer look. */
export async function expectFailure(work: Promise<unknown>, code: ErrorCode): Promise<SeclError> {
  const error: unknown = await work.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SeclError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}
