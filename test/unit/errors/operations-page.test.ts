import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERROR_CODES } from '../../../src/errors/error-code.ts';

test('docs/operations.md says of every error code what to do', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const named = new Set(
    [...page.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) +\|/gm)].flatMap(([, codes = '']) =>
      [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code),
    ),
  );
  assert.deepEqual(
    Object.keys(ERROR_CODES).filter((code) => !named.has(code)),
    [],
  );
});
