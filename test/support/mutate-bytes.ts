import type { SeededRandom } from '../../src/random/seeded-random.ts';

/** Variable-length integers that hurt: −1, −2^31, 2^31 − 1, 2^40, −2^40, 2^62, all ones. */
const HOSTILE = [
  [0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x40],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0x3f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  Array<number>(12).fill(0xff),
];

/**
 * Damages bytes in one to four ways: a flipped bit, another byte, bytes left out, repeated or inserted, a
 * hostile integer, an early end.
 *
 * @param from - Bytes before this stay.
 */
export function mutateBytes(bytes: Uint8Array, from: number, random: SeededRandom): Uint8Array {
  const result = [...bytes];
  for (let rounds = 1 + random.integer(4); rounds > 0; rounds--) {
    const at = from + random.integer(Math.max(1, result.length - from));
    const some = 1 + random.integer(8);
    const byte = random.integer(256);
    const hurt = HOSTILE[random.integer(HOSTILE.length)]!;
    const kinds = [
      () => (result[at] = (result[at] ?? 0) ^ (1 << random.integer(8))),
      () => (result[at] = byte),
      () => result.splice(at, some),
      () => result.splice(at, 0, ...result.slice(at, at + some)),
      () => result.splice(at, 0, byte),
      () => result.splice(at, 1, ...hurt),
      () => result.splice(at),
    ];
    kinds[random.integer(kinds.length)]!();
  }
  return Uint8Array.from(result);
}
