/**
 * Loaded before a program (`--import`), makes its disk a slow one: before each write that is synced, the
 * embedded log waits up to 10 ms, and every eighth time up to half a second, as a disk does whose cache is full.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClassicLevel } from 'classic-level';

type Write = (this: unknown, operations: unknown, options: unknown) => Promise<void>;

const prototype = ClassicLevel.prototype as unknown as { _batch: Write };
const { _batch: write } = prototype;

prototype._batch = async function slow(operations, options) {
  await sleep(Math.random() * (Math.random() < 0.125 ? 500 : 10));
  await write.call(this, operations, options);
};
