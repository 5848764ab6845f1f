import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { isHeadKey } from '../../../src/events/adapter-keys.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { asyncFaults, lineageFaults } from '../../faults/check-async.ts';
import { faultTopology } from '../../faults/fault-config.ts';
import type { RoundRecords } from '../../faults/fault-round.ts';
import { codecs } from '../../support/loop-run.ts';
import { question } from '../../support/secl-fixture.ts';
import { ask, readTopic, startWorker, until, workerDisk } from '../../support/worker-run.ts';

const QUESTIONS = Array.from({ length: 80 }, (_, i) =>
  question({ id: `q${i}`, text: i === 9 ? ' ' : `What is the colour of thing ${i}?` }),
);
const STATE = new Map([['0 answers/tally', '{}']]);

async function adaptersOf(broker: Broker, topic: string): Promise<AdapterRecord[]> {
  const adapters: AdapterRecord[] = [];
  for await (const { key, value } of broker.read(topic, 0, 0n)) {
    const decoded = value === null || isHeadKey(key) ? null : codecs.adapter.decode(value);
    if (decoded?.ok === true) adapters.push(decoded.value);
  }
  return adapters;
}

describe('checking a fault round that trains while it answers', () => {
  let records: RoundRecords;
  const faultsOf = (over: Partial<RoundRecords>): Promise<readonly string[]> =>
    asyncFaults({ ...records, ...over }, QUESTIONS, STATE, STATE);

  before(async () => {
    const topology = faultTopology('async');
    const { topics } = topology;
    const disk = await workerDisk(topology);
    const worker = startWorker(topology, disk);
    const { broker } = disk;
    for (let from = 0; from < QUESTIONS.length; from += 10) {
      await ask(broker, topics.questions, QUESTIONS.slice(from, from + 10));
      // The tenth is no question.
      const due = from + 10 - 1;
      await until(
        async () => (await readTopic(broker, topics.answers, codecs.answer)).length >= due,
      );
      // Or all would be answered before the first adapter is there.
      await until(
        async () =>
          (await readTopic(broker, topics.trainingBatches, codecs.trainingBatch)).length === 0 ||
          (await adaptersOf(broker, topics.adapters)).length > 0,
      );
    }
    worker.drain();
    await worker.ended;
    records = {
      adapters: await adaptersOf(broker, topics.adapters),
      answers: await readTopic(broker, topics.answers, codecs.answer),
      letters: await readTopic(broker, topics.deadLetters, codecs.deadLetter),
      batches: await readTopic(broker, topics.trainingBatches, codecs.trainingBatch),
      decisions: await readTopic(broker, topics.adapterDecisions, codecs.adapterDecision),
    };
  });

  it('finds nothing where all is well, though adapters came in between', async () => {
    assert.deepEqual(await faultsOf({}), []);
    assert.ok(records.answers.some(({ published }) => published.adapterVersion > 0));
  });

  it('finds what was lost, written twice, or does not follow from the adapter that it names', async () => {
    const [first, ...rest] = records.answers;
    assert.ok(first !== undefined);
    const id = first.questionId;
    const says = async (answers: RoundRecords['answers'], pattern: RegExp): Promise<void> => {
      assert.match((await faultsOf({ answers })).join('\n'), pattern);
    };
    await says(rest, new RegExp(`${id} was answered 0 times`));
    await says([first, ...records.answers], new RegExp(`${id} was answered 2 times`));
    await says([{ ...first, text: 'other' }, ...rest], new RegExp(`${id}: .*other`));
    const adapted = records.answers.findIndex(({ published }) => published.adapterVersion > 0);
    const unnamed = records.answers.map((answer, i) =>
      i === adapted ? { ...answer, published: { ...answer.published, adapterVersion: 0 } } : answer,
    );
    await says(unnamed, / instead of /);
    const invented = { ...first, published: { ...first.published, adapterVersion: 99 } };
    await says([invented, ...rest], /version 99, which was not accepted/);
    assert.match((await faultsOf({ letters: [] })).join(), /0 dead letters of questions, not 1/);
    const other = await asyncFaults(records, QUESTIONS, new Map(), STATE);
    assert.match(other.join(), /state 0 answers\/tally: undefined instead of \{\}/);
  });

  it('finds a lineage that is broken', () => {
    const [one] = records.adapters;
    assert.ok(one !== undefined);
    assert.deepEqual(lineageFaults(records), []);
    const says = (over: Partial<RoundRecords>, pattern: RegExp): void => {
      assert.match(lineageFaults({ ...records, ...over }).join('\n'), pattern);
    };
    says({ adapters: [one, ...records.adapters] }, /version 1 is there 2 times/);
    says({ batches: [] }, /version 1 comes of no batch/);
    says({ adapters: [{ ...one, parentVersion: 7 }] }, /version 1 has the parent 7/);
    const batches = records.batches.map((batch) => ({ ...batch, parentSha256: 'another' }));
    says({ batches }, /trained on another parent/);
    const accepted = records.decisions.filter(({ decision }) => decision === 'accepted');
    says({ decisions: [...accepted, ...accepted] }, /accepted more than once/);
    says({ adapters: [] }, /was accepted and is not there/);
  });
});
