import { createHash } from 'node:crypto';

/**
 * Id of a training batch: the same batch has the same one, whoever makes it. Partitions share the ordinals of a
 * lineage, so the partition is part of it, but for the first one.
 */
export function batchIdOf(lineage: string, ordinal: number, partition: number): string {
  const line = partition === 0 ? lineage : `${lineage}/${partition}`;
  return createHash('sha256').update(`${line}\n${ordinal}`).digest('hex').slice(0, 32);
}
