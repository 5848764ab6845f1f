import { murmur2 } from './murmur2.ts';

/**
 * The partition that a key belongs to: `(murmur2(key) & 0x7fffffff) % partitions`, as the default
 * partitioner of Kafka's Java client has it, so that every broker puts a key in the same place.
 *
 * @param key - Not mutated.
 * @param partitions - A positive integer.
 * @returns An integer in `[0, partitions)`.
 */
export function partitionForKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
