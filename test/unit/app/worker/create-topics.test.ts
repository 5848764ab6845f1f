import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { createTopics } from '../../../../src/app/worker/create-topics.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

test('creates what is missing, says what was there, and leaves partitions as they are', async () => {
  const log = path.join(temporaryFolder(), 'run');
  const { topics: first, subjects } = await createTopics({ log, partitions: 3 });
  assert.ok(first.every(({ created }) => created));
  assert.deepEqual(subjects, [], 'there is no registry');
  const of = (name: string) => first.find((topic) => topic.name === name);
  assert.deepEqual([of('qa.questions')?.partitions, of('qa.questions')?.cleanup], [3, 'keep']);
  assert.deepEqual([of('qa.adapters')?.partitions, of('qa.adapters')?.cleanup], [1, 'compact']);
  const { topics: again } = await createTopics({ log, partitions: 5 });
  assert.deepEqual(
    again,
    first.map((topic) => ({ ...topic, created: false })),
  );
});
