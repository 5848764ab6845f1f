import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readTopic, type ReadBack } from '../../../../src/app/worker/read-topic.ts';
import { openBroker } from '../../../../src/app/worker/open-broker.ts';
import { createTopics } from '../../../../src/app/worker/create-topics.ts';
import { workerTopology } from '../../../../src/app/worker/worker-topology.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { codecs } from '../../../support/loop-run.ts';
import { question } from '../../../support/secl-fixture.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const never = new AbortController().signal;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A log with two questions in either of two partitions, and one record that is none. */
async function logOf(): Promise<string> {
  const log = path.join(temporaryFolder(), 'run');
  await createTopics({ log, partitions: 2 });
  const broker = await openBroker((await workerTopology({ log })).broker);
  const asked = (id: string, partition: number) => ({
    ...{ topic: 'qa.questions', partition, key: text(id) },
    value: codecs.question.encode(question({ id, text: `What is ${id}?` })),
  });
  await broker.append([
    ...[asked('a', 0), asked('b', 1), asked('c', 0), asked('d', 1)],
    { topic: 'qa.questions', partition: 1, key: null, value: text('nonsense') },
  ]);
  await broker.close();
  return log;
}

async function readBack(
  log: string,
  more: {
    readonly limit?: number;
    readonly follow?: boolean;
    readonly stop?: AbortController;
  } = {},
): Promise<{ records: ReadBack[]; read: number }> {
  const { stop, ...options } = more;
  const records: ReadBack[] = [];
  const read = await readTopic({
    ...{ what: 'questions', log, stop: stop?.signal ?? never, ...options },
    onRecord: (record) => {
      records.push(record);
      if (records.length === 5) stop?.abort();
    },
  });
  return { records, read };
}

describe('readTopic', () => {
  it('reads one partition after the other, and says of a record why it cannot be read', async () => {
    const { records, read } = await readBack(await logOf());
    assert.equal(read, 5);
    assert.deepEqual(
      records.map(({ key, partition }) => [key, partition]),
      [
        ['a', 0],
        ['c', 0],
        ['b', 1],
        ['d', 1],
        [null, 1],
      ],
    );
    const [first] = records;
    assert.equal((first?.value as { text: string }).text, 'What is a?');
    const last = records.at(-1);
    assert.deepEqual([last?.value, last?.fault], [null, 'not an Avro single object']);
  });

  it('stops after so many records, across partitions', async () => {
    const { records, read } = await readBack(await logOf(), { limit: 3 });
    assert.equal(read, 3);
    assert.deepEqual(
      records.map(({ key }) => key),
      ['a', 'c', 'b'],
    );
  });

  it('follows until it is told to stop, and tells what it has read', async () => {
    const { read } = await readBack(await logOf(), { follow: true, stop: new AbortController() });
    assert.equal(read, 5);
  });

  it('says where it looked for a topic that is not there', async () => {
    const log = path.join(temporaryFolder(), 'empty');
    const nowhere = await expectFailure(readBack(log), 'FILE_UNREADABLE');
    assert.match(nowhere.hint ?? '', /--brokers/);
    // A folder that was mistyped is not made.
    await assert.rejects(access(log));
    await (await openBroker((await workerTopology({ log })).broker)).close();
    const { message, hint } = await expectFailure(readBack(log), 'TOPIC_UNKNOWN');
    assert.ok(message.includes(`the log in ${log} has no topic qa.questions`), message);
    assert.match(hint ?? '', /--brokers/);
  });
});
