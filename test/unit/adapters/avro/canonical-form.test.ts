import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readSchema } from '../../../../src/adapters/avro/avro-schema.ts';
import { canonicalForm, fingerprint64 } from '../../../../src/adapters/avro/canonical-form.ts';
import {
  openRecordCodecs,
  type RecordCodecs,
} from '../../../../src/adapters/avro/record-codecs.ts';
import { readSchemaFolder } from '../../../../src/adapters/avro/schema-folder.ts';
import type { Codec } from '../../../../src/ports/record-codec.ts';

interface GoldenRecord {
  readonly canonical: string;
  /** Hexadecimal, most significant byte last, as fastavro writes it. */
  readonly fingerprint: string;
  readonly value: unknown;
  readonly data: string;
}

// Built tests run from build/test, where golden files are not copied to.
const GOLDEN = 'test/golden/avro/records.json';
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as {
  readonly primitives: Readonly<Record<string, string>>;
  readonly records: Readonly<Record<string, GoldenRecord>>;
};

const littleEndianHex = (value: bigint): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.toString('hex');
};

/** Golden values with their bytes as bytes. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  if ('hex' in value) return Uint8Array.from(Buffer.from(String(value.hex), 'hex'));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
}

describe('canonicalForm and fingerprint64', () => {
  it('agrees with the fingerprints that the Avro project publishes', () => {
    // share/test/data/schema-tests.txt of apache/avro, as signed integers there.
    assert.equal(BigInt.asIntN(64, fingerprint64('"null"')), 7195948357588979594n);
    assert.equal(BigInt.asIntN(64, fingerprint64('"int"')), 8247732601305521295n);
    assert.equal(BigInt.asIntN(64, fingerprint64('"string"')), -8142146995180207161n);
  });

  it('agrees with fastavro on the primitives', () => {
    for (const [name, fingerprint] of Object.entries(golden.primitives)) {
      const form = canonicalForm(readSchema(name));
      assert.equal(littleEndianHex(fingerprint64(form)), fingerprint, name);
    }
  });

  const codecs = openRecordCodecs();
  const { schemasOf, named } = readSchemaFolder();
  for (const [name, { canonical, fingerprint, value, data }] of Object.entries(golden.records)) {
    it(`agrees with fastavro on ${name}: form, fingerprint, bytes written and read`, () => {
      const form = canonicalForm(readSchema(schemasOf(name).current, named));
      assert.equal(form, canonical);
      assert.equal(littleEndianHex(fingerprint64(form)), fingerprint);
      const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      const codec = codecs[key as keyof RecordCodecs] as Codec<unknown>;
      const record = revive(value);
      const bytes = Uint8Array.from(Buffer.from(`c301${fingerprint}${data}`, 'hex'));
      assert.deepStrictEqual(codec.decode(bytes), { ok: true, value: record });
      assert.deepEqual(
        Buffer.from(codec.encode(record)).toString('hex'),
        `c301${fingerprint}${data}`,
      );
    });
  }
});
