import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AdapterStore } from '../../src/ports/adapter-store.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';

/** How a store is opened, empty each time. */
export interface AdapterStoreContract {
  readonly name: string;
  readonly open: () => Promise<AdapterStore>;
}

/** What every adapter store owes its callers. */
export function adapterStoreContract({ name, open }: AdapterStoreContract): void {
  describe(`adapter store contract: ${name}`, () => {
    const random = seededRandom(3);
    const bytesOf = (length: number): Uint8Array =>
      Uint8Array.from({ length }, () => random.integer(256));

    it('names bytes by their SHA-256', async () => {
      const store = await open();
      // FIPS 180-2, appendix B.1: the hash of "abc".
      assert.equal(
        await store.put(new TextEncoder().encode('abc')),
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      );
    });

    it('gives back what it was given, whatever its length', async () => {
      const store = await open();
      for (const length of [0, 1, 1000, 2 ** 20]) {
        const bytes = bytesOf(length);
        assert.deepEqual(await store.get(await store.put(bytes)), bytes);
      }
    });

    it('keeps the bytes, not the array: neither side can change them', async () => {
      const store = await open();
      const bytes = Uint8Array.of(1, 2, 3);
      const sha256 = await store.put(bytes);
      bytes[0] = 9;
      const read = (await store.get(sha256))!;
      assert.deepEqual(read, Uint8Array.of(1, 2, 3));
      read[0] = 8;
      assert.deepEqual(await store.get(sha256), Uint8Array.of(1, 2, 3));
    });

    it('takes a part of a larger array for that part', async () => {
      const store = await open();
      const sha256 = await store.put(Uint8Array.of(9, 1, 2, 9).subarray(1, 3));
      assert.equal(sha256, createHash('sha256').update(Uint8Array.of(1, 2)).digest('hex'));
      assert.deepEqual(await store.get(sha256), Uint8Array.of(1, 2));
    });

    it('takes the same bytes again, also at the same time', async () => {
      const store = await open();
      const bytes = bytesOf(100_000);
      const hashes = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes.slice())));
      assert.equal(new Set(hashes).size, 1);
      assert.deepEqual(await store.get(hashes[0]!), bytes);
    });

    it('gives undefined for what it does not keep, and for names that are no hash', async () => {
      const store = await open();
      await store.put(Uint8Array.of(1));
      for (const name of ['0'.repeat(64), '', '..', '../x', '__proto__', 'A'.repeat(64), '\0'])
        assert.equal(await store.get(name), undefined);
    });
  });
}
