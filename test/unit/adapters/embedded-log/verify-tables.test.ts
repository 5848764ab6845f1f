import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { crc32c } from '../../../../src/adapters/embedded-log/crc32c.ts';
import { isTableSound } from '../../../../src/adapters/embedded-log/verify-tables.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('crc32c', () => {
  it('gives the values of RFC 3720, appendix B.4', () => {
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
    assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c);
    // The check value that catalogues of CRCs list.
    assert.equal(crc32c(ascii('123456789')), 0xe3069283);
  });
});

describe('isTableSound', () => {
  let table: Buffer;

  before(async () => {
    const folder = temporaryFolder();
    const random = seededRandom(9);
    for (let open = 0; open < 2; open++) {
      const db = new ClassicLevel(folder);
      await db.open();
      for (let i = 0; open === 0 && i < 300; i++) {
        const noise = Array.from({ length: 60 }, () => random.integer(36).toString(36)).join('');
        await db.put(
          `a key with a long beginning ${i}`,
          `${noise} and a text that is often the same`,
        );
      }
      await db.close();
    }
    const name = (await readdir(folder)).find((file) => file.endsWith('.ldb'));
    table = await readFile(join(folder, name!));
  });

  it('is true of what LevelDB wrote', () => {
    assert.ok(table.length > 20_000);
    assert.ok(isTableSound(table));
  });

  it('is false when any bit before the footer has changed', () => {
    fc.assert(
      fc.property(fc.nat(table.length - 49), fc.nat(7), (at, bit) => {
        const damaged = Buffer.from(table);
        damaged[at] = damaged[at]! ^ (1 << bit);
        assert.equal(isTableSound(damaged), false);
      }),
      { numRuns: 500 },
    );
  });

  it('passes over what does not end like a table, which LevelDB refuses by itself', () => {
    assert.ok(isTableSound(table.subarray(0, table.length - 1)));
    assert.ok(isTableSound(Buffer.alloc(0)));
  });

  it('never throws on a footer that points anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 40, maxLength: 40 }), (footer) => {
        const damaged = Buffer.from(table);
        damaged.set(footer, table.length - 48);
        isTableSound(damaged);
      }),
      { numRuns: 500 },
    );
  });
});
