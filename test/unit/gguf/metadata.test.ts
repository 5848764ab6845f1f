import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SeclError } from '../../../src/errors/secl-error.ts';
import {
  type GgufMetadata,
  type GgufValue,
  metadataFlag,
  metadataNumber,
  metadataNumbers,
  metadataText,
  metadataTexts,
} from '../../../src/gguf/metadata.ts';
import { gguf } from '../../support/write-gguf.ts';

const metadata: GgufMetadata = new Map<string, GgufValue>([
  ['text', gguf.text('x')],
  ['number', gguf.u32(7)],
  ['long', gguf.u64(8n)],
  ['huge', gguf.u64(2n ** 53n)],
  ['flag', gguf.flag(true)],
  ['texts', gguf.texts(['a', 'b'])],
  ['numbers', gguf.f32s([1, 2])],
  ['longs', { type: 'array', value: { elementType: 'int64', values: BigInt64Array.of(1n) } }],
]);

describe('metadata accessors', () => {
  const accessors = {
    text: { read: metadataText, key: 'text', value: 'x' },
    number: { read: metadataNumber, key: 'number', value: 7 },
    'long number': { read: metadataNumber, key: 'long', value: 8 },
    flag: { read: metadataFlag, key: 'flag', value: true },
    texts: { read: metadataTexts, key: 'texts', value: ['a', 'b'] },
    numbers: { read: metadataNumbers, key: 'numbers', value: Float32Array.of(1, 2) },
  };
  const fitting: Record<string, readonly string[]> = {
    number: ['long'],
    'long number': ['number'],
  };

  for (const [name, { read, key, value }] of Object.entries(accessors)) {
    it(`give a ${name}, nothing where nothing is, and refuse other types`, () => {
      assert.deepEqual(read(metadata, key), value);
      assert.equal(read(metadata, 'missing'), undefined);
      for (const other of metadata.keys()) {
        if (other === key || fitting[name]?.includes(other)) continue;
        assert.throws(
          () => read(metadata, other),
          (error) => error instanceof SeclError && error.code === 'GGUF_INVALID',
          other,
        );
      }
    });
  }
});
