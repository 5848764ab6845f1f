import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readTopic, type ReadBack } from '../../../../src/app/worker/read-topic.ts';
import { sendStream } from '../../../../src/app/worker/send-stream.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const never = new AbortController().signal;

/** A stream of so many questions, the last of which has no label, and a log of its own. */
function sceneOf(count: number): { readonly stream: string; readonly log: string } {
  const folder = temporaryFolder();
  const stream = path.join(folder, 'stream.jsonl');
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      id: `q${i}`,
      question: `What is ${i}?`,
      ...(i === count - 1 ? {} : { accepted: ['x'] }),
    }),
  );
  writeFileSync(stream, `${lines.join('\n')}\n`);
  return { stream, log: path.join(folder, 'run') };
}

/** Keys of a topic's records. */
async function keysOf(log: string, what: 'questions' | 'feedback'): Promise<(string | null)[]> {
  const records: ReadBack[] = [];
  await readTopic({ what, log, stop: never, onRecord: (record) => records.push(record) });
  return records.map(({ key }) => key);
}

describe('sendStream', () => {
  it('sends questions and what is known of their answers under the same key', async () => {
    const { stream, log } = sceneOf(3);
    const sent = await sendStream({ stream, log, stop: never });
    assert.deepEqual(sent, { total: 3, next: 3, questions: 3, labels: 2 });
    assert.deepEqual(await keysOf(log, 'questions'), ['q0', 'q1', 'q2']);
    assert.deepEqual(await keysOf(log, 'feedback'), ['q0', 'q1']);
  });

  it('stops between two chunks, and goes on where it stopped', async () => {
    const { stream, log } = sceneOf(1200);
    const stop = new AbortController();
    const first = await sendStream({
      ...{ stream, log, stop: stop.signal, withoutLabels: true },
      onProgress: () => {
        stop.abort();
      },
    });
    assert.deepEqual(first, { total: 1200, next: 500, questions: 500, labels: 0 });
    const rest = await sendStream({ stream, log, from: first.next, stop: never });
    assert.deepEqual([rest.next, rest.questions], [1200, 700]);
    const keys = await keysOf(log, 'questions');
    assert.deepEqual(
      keys,
      Array.from({ length: 1200 }, (_, i) => `q${i}`),
    );
    // Those of the second part alone, the last one of which has none.
    assert.equal((await keysOf(log, 'feedback')).length, 699);
  });

  it('refuses a beginning beyond the stream, and sends nothing', async () => {
    const { stream, log } = sceneOf(3);
    await expectFailure(sendStream({ stream, log, from: 4, stop: never }), 'USAGE');
    const { questions } = await sendStream({ stream, log, from: 3, stop: never });
    assert.equal(questions, 0);
    assert.deepEqual(await keysOf(log, 'questions'), []);
  });
});
