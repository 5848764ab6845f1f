import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { createTopics } from '../../../../src/app/worker/create-topics.ts';
import { listDeadLetters, retryDeadLetters } from '../../../../src/app/worker/dead-letters.ts';
import { openBroker } from '../../../../src/app/worker/open-broker.ts';
import { workerTopology } from '../../../../src/app/worker/worker-topology.ts';
import type { DeadLetter } from '../../../../src/events/dead-letter.ts';
import {
  DEAD_LETTER_BYTES,
  DEAD_LETTER_KEY_BYTES,
} from '../../../../src/operators/dead-letter-of.ts';
import type { IncomingRecord } from '../../../../src/ports/broker.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { codecs } from '../../../support/loop-run.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const letter = (more: Partial<DeadLetter>): DeadLetter => ({
  ...{ sourceTopic: 'qa.questions', sourcePartition: 1, sourceOffset: 5, code: 'RECORD_INVALID' },
  ...{ reason: 'bad', key: Uint8Array.of(1), value: Uint8Array.of(2), failedAtMs: 9 },
  ...more,
});

/** A log with letters in its first partition, and something else between them. */
async function logOf(letters: readonly DeadLetter[]): Promise<string> {
  const log = path.join(temporaryFolder(), 'run');
  await createTopics({ log, partitions: 2 });
  const broker = await openBroker((await workerTopology({ log })).broker);
  const topic = 'qa.dead-letters';
  await broker.append([
    { topic, partition: 0, key: null, value: Uint8Array.of(7) },
    ...letters.map((each) => ({
      ...{ topic, partition: 0, key: null, value: codecs.deadLetter.encode(each) },
    })),
  ]);
  await broker.close();
  return log;
}

async function recordsOf(log: string, topic: string, partition: number): Promise<IncomingRecord[]> {
  const broker = await openBroker((await workerTopology({ log })).broker);
  const records: IncomingRecord[] = [];
  for await (const record of broker.read(topic, partition, 0n)) records.push(record);
  await broker.close();
  return records;
}

describe('listDeadLetters', () => {
  it('lists letters by code and id, passes over what is none, and refuses an id that is none', async () => {
    const log = await logOf([letter({}), letter({ code: 'PROMPT_TOO_LONG' })]);
    const all = await listDeadLetters({ log });
    assert.equal(all.length, 2);
    const [first, second] = all;
    assert.deepEqual(await listDeadLetters({ log, code: 'PROMPT_TOO_LONG' }), [second]);
    assert.deepEqual(await listDeadLetters({ log, ids: [first!.id] }), [first]);
    const { message } = await expectFailure(listDeadLetters({ log, ids: ['1/99'] }), 'USAGE');
    assert.match(message, /1\/99/);
  });
});

describe('retryDeadLetters', () => {
  it('writes a record again where it came from, and says which letter it was', async () => {
    const log = await logOf([letter({})]);
    const [placed] = await listDeadLetters({ log });
    assert.deepEqual(await retryDeadLetters({ log }), { retried: [placed!.id], refused: [] });
    const [again] = await recordsOf(log, 'qa.questions', 1);
    assert.deepEqual(
      [again?.key, again?.value].map((bytes) => [...(bytes ?? [])]),
      [[1], [2]],
    );
    const header = again?.headers['secl-retry-of'] ?? assert.fail('no header');
    assert.equal(new TextDecoder().decode(header), placed!.id);
    assert.equal((await listDeadLetters({ log })).length, 1, 'the letter stays');
  });

  it('refuses what it cannot write again as it was, and says why', async () => {
    const log = await logOf([
      letter({ sourceTopic: 'qa.training-batches', sourcePartition: 0 }),
      letter({ value: null }),
      letter({ value: new Uint8Array(DEAD_LETTER_BYTES) }),
      letter({ key: new Uint8Array(DEAD_LETTER_KEY_BYTES) }),
    ]);
    const { retried, refused } = await retryDeadLetters({ log });
    assert.deepEqual(retried, []);
    assert.deepEqual(
      refused.map(({ reason }) => reason),
      [
        'it came from qa.training-batches, which is not fed by hand',
        'the record was empty',
        'only its beginning is kept',
        'only the beginning of its key is kept',
      ],
    );
    assert.deepEqual(await recordsOf(log, 'qa.questions', 1), []);
  });
});
