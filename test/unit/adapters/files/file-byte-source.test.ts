import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { openFileByteSource } from '../../../../src/adapters/files/file-byte-source.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';

describe('openFileByteSource', () => {
  const folder = mkdtempSync(join(tmpdir(), 'byte-source-'));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const unreadable = (call: () => unknown, message: RegExp): void => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof SeclError, String(error));
      assert.equal(error.code, 'FILE_UNREADABLE');
      assert.match(error.message, message);
      return true;
    });
  };

  it('reads any stretch, in any order, into memory of its own', () => {
    const source = openFileByteSource(
      write(
        'ten',
        Uint8Array.from({ length: 10 }, (_, i) => i),
      ),
    );
    assert.equal(source.size, 10);
    const tail = source.read(7, 3);
    assert.deepEqual([...source.read(0, 4)], [0, 1, 2, 3]);
    assert.deepEqual([...tail], [7, 8, 9]);
    assert.equal(source.read(10, 0).length, 0);
    source.close();
  });

  it('says by code that a file is missing, a folder, cut off meanwhile, or closed', () => {
    unreadable(() => openFileByteSource(join(folder, 'none')), /ENOENT/);
    unreadable(() => openFileByteSource(folder), /no regular file/);
    const path = write('cut', new Uint8Array(100));
    const source = openFileByteSource(path);
    truncateSync(path, 50);
    unreadable(() => source.read(40, 20), /ends at byte 50/);
    source.close();
    unreadable(() => source.read(0, 1), /EBADF/);
  });
});
