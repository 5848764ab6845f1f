import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openRecordCodecs } from '../../../../src/adapters/avro/record-codecs.ts';
import { HEADER_BYTES } from '../../../../src/adapters/avro/single-object.ts';
import type { Codec } from '../../../../src/ports/record-codec.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import { cpuMs } from '../../../support/cpu-ms.ts';
import { mutateBytes } from '../../../support/mutate-bytes.ts';
import { RECORD_NAMES, RECORDS } from '../../../support/record-arbitraries.ts';

const MUTANTS = 10_000;
/** No decoding takes nearly as long; a believed count of 2^31 takes far longer. */
const SLOWEST_MS = 500;

/** Reasons of names that Avro sees as mere text, spoilt too rarely to be sure to be met. */
const UNKNOWN_NAMES = [
  'a score is unknown',
  "a sample's role is unknown",
  'the decision is unknown',
  'the loss is unknown',
  'the alert is of an unknown kind',
  'the verdict is unknown',
  "the verdict's basis is unknown",
];

/** Every reason there is; one that is not here might carry content. */
const REASONS = new Set([
  'a block has another size than it says',
  'a boolean is neither 0 nor 1',
  'a count exceeds the data',
  'a long is out of range',
  'a number is not finite',
  'a text is not UTF-8',
  'a union has no such branch',
  'an enum has no such symbol',
  'an int is out of range',
  'not an Avro single object',
  'the data ends early',
  'there are bytes after the data',
  'written with an unknown schema',
  ...UNKNOWN_NAMES,
]);

/** Values of any kind inside a value: what a decoder had to allocate. */
function countValues(value: unknown): number {
  if (value instanceof Uint8Array) return 1 + value.length;
  if (typeof value === 'string') return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + countValues(item), 1);
}

describe('decoding mutated records', () => {
  it(`gives a known reason or a valid value, ${MUTANTS} times, and allocates no more than it was sent`, () => {
    const codecs = openRecordCodecs();
    const random = seededRandom(20_260_101);
    const perRecord = Math.ceil(MUTANTS / RECORD_NAMES.length);
    const seen = new Map<string, number>();
    let valid = 0;
    for (const name of RECORD_NAMES) {
      const codec = codecs[name] as Codec<unknown>;
      const arbitrary: fc.Arbitrary<unknown> = RECORDS[name];
      const originals = fc
        .sample(arbitrary, { seed: 7, numRuns: 50 })
        .map((value) => codec.encode(value));
      for (let i = 0; i < perRecord; i++) {
        const original = originals[i % originals.length]!;
        // One in ten may damage the header, too.
        const mutant = mutateBytes(original, i % 10 === 0 ? 0 : HEADER_BYTES, random);
        let decoded = codec.decode(new Uint8Array());
        const spentMs = cpuMs(() => (decoded = codec.decode(mutant)));
        assert.ok(spentMs < SLOWEST_MS, `${name} ${Buffer.from(mutant).toString('hex')}`);
        if (decoded.ok) {
          valid += 1;
          // Every value takes a byte at least, a fingerprinted header of ten aside, and so does the
          // record or list around it.
          const bound = 2 * mutant.length;
          assert.ok(countValues(decoded.value) <= bound, Buffer.from(mutant).toString('hex'));
          const again = codec.decode(codec.encode(decoded.value));
          assert.deepStrictEqual(again, decoded);
        } else {
          assert.ok(REASONS.has(decoded.reason), decoded.reason);
          seen.set(decoded.reason, (seen.get(decoded.reason) ?? 0) + 1);
        }
      }
    }
    // The mutations reach every reason (but unknown names), and leave some records valid.
    const missed = [...REASONS].filter((reason) => !seen.has(reason));
    assert.deepEqual(
      missed.filter((reason) => !UNKNOWN_NAMES.includes(reason)),
      [],
    );
    assert.ok(valid > MUTANTS / 50, `${valid} valid`);
  });

  it('refuses a count of 2^40 strings at once', () => {
    const { feedback } = openRecordCodecs();
    const good = feedback.encode({
      questionId: 'q',
      acceptedAnswers: [],
      correct: null,
      labelledAtMs: 0,
    });
    // Header, length and text of the id; then the count of answers.
    const at = HEADER_BYTES + 2;
    const count = [0x80, 0x80, 0x80, 0x80, 0x80, 0x40];
    const bomb = Uint8Array.from([...good.slice(0, at), ...count, ...new Uint8Array(1000)]);
    assert.deepEqual(feedback.decode(bomb), { ok: false, reason: 'a count exceeds the data' });
  });
});
