import assert from 'node:assert/strict';
import { firstValueFrom } from 'rxjs';
import type { Broker, OutgoingRecord } from '../../src/ports/broker.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';

const GROUP = 'writer';
const TOPICS = [
  { name: 'input' },
  { name: 'out', partitions: 2 },
  { name: 'head', compacted: true },
  { name: 'recent', retentionBytes: 20_000 },
  { name: 'noise', partitions: 2 },
];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | null): string => new TextDecoder().decode(value ?? undefined);

/** Content of the n-th transaction's records: mostly small, now and then enough to fill LevelDB's buffer. */
function contentOf(n: number): string {
  const random = seededRandom(n);
  const length = n % 29 === 0 ? 300_000 : random.integer(3000);
  return `${n}:${String.fromCharCode(97 + (n % 26)).repeat(length)}`;
}

function recordsOf(n: number): OutgoingRecord[] {
  const value = bytes(contentOf(n));
  return [
    { topic: 'out', partition: 0, key: null, value },
    { topic: 'head', key: bytes('head'), value: bytes(String(n)) },
    { topic: 'out', partition: 1, key: null, value },
    { topic: 'recent', key: null, value: bytes(String(n)) },
  ];
}

/** Commits transaction after transaction, numbered on from what is committed, and never returns. */
export async function writeTransactions(
  broker: Broker,
  committed: (n: number) => void,
): Promise<never> {
  await broker.ensureTopics(TOPICS);
  const group = await broker.join(GROUP, ['input']);
  const lease = await firstValueFrom(group.leases$);
  for (let n = Number(text(lease.state.get('count') ?? null)); ; n++) {
    const commit = lease.commit({
      nextOffset: BigInt(n + 1),
      records: recordsOf(n),
      state: new Map<string, Uint8Array | null>([
        ['count', bytes(String(n + 1))],
        [`slot ${n % 5}`, bytes(contentOf(n))],
        [`slot ${(n + 2) % 5}`, null],
      ]),
    });
    // Other writers at the same time, so that writes are shared.
    const noise = [0, 1].map((i) =>
      broker.append(
        [0, 1].map((partition) => ({
          topic: 'noise',
          partition,
          key: null,
          value: bytes(`${process.pid} ${n} ${i}`),
        })),
      ),
    );
    const cleaned = n % 7 === 0 ? broker.clean() : undefined;
    await commit;
    committed(n);
    await Promise.all([...noise, cleaned]);
  }
}

async function readTexts(broker: Broker, topic: string, partition = 0): Promise<string[]> {
  const { earliest } = await broker.bounds(topic, partition);
  const values: string[] = [];
  for await (const { value } of broker.read(topic, partition, earliest)) values.push(text(value));
  return values;
}

/**
 * Asserts that a log holds whole transactions, from the first on without a gap: records of every topic,
 * offset and state agree.
 *
 * @returns How many.
 */
export async function checkTransactions(broker: Broker): Promise<number> {
  if (!(await broker.topics()).has('noise')) return 0;
  const count = Number((await broker.committedOffset(GROUP, 'input', 0)) ?? 0n);
  const all = Array.from({ length: count }, (_, n) => contentOf(n));
  // Compared one by one: a difference of megabytes is no message.
  for (const partition of [0, 1]) {
    const values = await readTexts(broker, 'out', partition);
    assert.equal(values.length, count);
    values.forEach((value, n) => {
      assert.ok(value === all[n], `record ${n} of out/${partition}`);
    });
  }
  assert.equal(
    (await readTexts(broker, 'head')).at(-1),
    count === 0 ? undefined : String(count - 1),
  );
  const recent = await readTexts(broker, 'recent');
  assert.deepEqual(
    recent,
    recent.map((_, i) => String(count - recent.length + i)),
  );
  assert.deepEqual(await readTexts(broker, 'noise', 0), await readTexts(broker, 'noise', 1));

  const group = await broker.join(GROUP, ['input']);
  const { state, startOffset } = await firstValueFrom(group.leases$);
  await group.leave();
  assert.equal(Number(startOffset), count);
  const expected = new Map<string, string>();
  for (let n = 0; n < count; n++) {
    expected.set('count', String(n + 1));
    expected.set(`slot ${n % 5}`, all[n]!);
    expected.delete(`slot ${(n + 2) % 5}`);
  }
  assert.deepEqual([...state.keys()].sort(), [...expected.keys()].sort());
  for (const [key, value] of state) assert.ok(text(value) === expected.get(key), key);
  return count;
}
