/**
 * `node build/bench/broker.js`: what the brokers of this project can take, printed as JSON. Records hold
 * 1,000 random bytes; every figure is the median of the rounds.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, toArray } from 'rxjs';
import { openEmbeddedLog } from '../src/adapters/embedded-log/open-embedded-log.ts';
import { createMemoryBroker } from '../src/adapters/memory/memory-broker.ts';
import type { Broker, PartitionLease } from '../src/ports/broker.ts';
import { describeMachine } from './machine.ts';

const RECORD_BYTES = 1000;
const ROUNDS = 5;
const APPENDS = 100;
const RECORDS_AN_APPEND = 100;
const COMMITS = 300;
/** Partitions whose owners commit at the same time. */
const OWNERS = 8;

const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };
/** Longer than a block of a table, so that compression finds nothing. */
const noise = randomBytes(1_000_000);
let drawn = 0;
const draw = (): Uint8Array => {
  const start = (drawn++ * RECORD_BYTES) % noise.length;
  return noise.subarray(start, start + RECORD_BYTES);
};

/** How often a second, as the median over rounds of `count` times each. */
async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    rates.push((1000 * count) / (performance.now() - start));
  }
  return Math.round(rates.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN);
}

/** What a worker does at the end of each batch: one answer, some state, the offset. */
async function commitMany(lease: PartitionLease, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await lease.commit({
      nextOffset: BigInt(i),
      records: [{ topic: 'out', partition: lease.partition, key: null, value: draw() }],
      state: new Map([['state', draw().subarray(0, 200)]]),
    });
  }
}

async function measure(broker: Broker): Promise<Record<string, number>> {
  await broker.ensureTopics([
    { name: 'in', partitions: OWNERS },
    { name: 'out', partitions: OWNERS },
    { name: 'bulk' },
  ]);
  const records = Array.from({ length: RECORDS_AN_APPEND }, () => ({
    topic: 'bulk',
    key: null,
    value: draw(),
  }));
  const total = APPENDS * RECORDS_AN_APPEND;
  const appendedRecordsPerSecond = await rate(total, async () => {
    for (let i = 0; i < APPENDS; i++) await broker.append(records);
  });
  const readRecordsPerSecond = await rate(ROUNDS * total, async () => {
    for await (const _ of broker.read('bulk', 0, 0n));
  });
  const group = await broker.join('group', ['in']);
  const leases = await firstValueFrom(group.leases$.pipe(take(OWNERS), toArray()));
  const commitsPerSecond = await rate(COMMITS, () => commitMany(leases[0]!, COMMITS));
  const commitsPerSecondOfEight = await rate(OWNERS * COMMITS, async () => {
    await Promise.all(leases.map((lease) => commitMany(lease, COMMITS)));
  });
  return {
    appendedRecordsPerSecond,
    readRecordsPerSecond,
    commitsPerSecond,
    commitsPerSecondOfEight,
  };
}

async function measureLog(sync: boolean): Promise<Record<string, number>> {
  const root = await mkdtemp(join(tmpdir(), 'secl-bench-'));
  const options = { folder: join(root, 'log'), clock, sync };
  try {
    const log = await openEmbeddedLog(options);
    const figures = await measure(log);
    await log.close();
    const start = performance.now();
    await (await openEmbeddedLog(options)).close();
    const openMs = Math.round(performance.now() - start);
    let diskBytes = 0;
    for (const name of await readdir(options.folder)) {
      diskBytes += (await stat(join(options.folder, name))).size;
    }
    return { ...figures, openMs, diskBytes };
  } finally {
    await rm(root, { recursive: true });
  }
}

const machine = describeMachine();
const memory = createMemoryBroker({ clock });
const figures = {
  recordBytes: RECORD_BYTES,
  recordsAnAppend: RECORDS_AN_APPEND,
  embeddedLog: await measureLog(true),
  embeddedLogWithoutSync: await measureLog(false),
  inMemory: await measure(memory),
};
await memory.close();
console.log(JSON.stringify({ measurement: 'broker', machine, ...figures }, null, 2));
