import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom } from 'rxjs';
import { groupsOf } from '../../src/app/worker/groups-of.ts';
import type { AdapterDecision } from '../../src/events/adapter-decision.ts';
import type { Answer } from '../../src/events/answer.ts';
import type { Question } from '../../src/events/question.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { codecs, OFF, topology as BARRIER } from '../support/loop-run.ts';
import { question } from '../support/secl-fixture.ts';
import {
  ask,
  readTopic,
  startWorker,
  until as untilWithin,
  workerTopology,
  type WorkerDisk,
} from '../support/worker-run.ts';

const questions = (count: number, from = 0): Question[] =>
  Array.from({ length: count }, (_, i) =>
    question({ id: `q${from + i}`, text: `What is the colour of thing ${from + i}?` }),
  );

const answersOf = (disk: WorkerDisk): Promise<Answer[]> =>
  readTopic(disk.broker, 'qa.answers', codecs.answer);

/** Ids of the answers, sorted; a question that was answered twice is there twice. */
async function answeredIds(disk: WorkerDisk): Promise<string[]> {
  return (await answersOf(disk)).map(({ questionId }) => questionId).sort();
}

const idsOf = (asked: readonly Question[]): string[] => asked.map(({ id }) => id).sort();

/** Where workers are tried. */
export interface WorkerBroker {
  readonly name: string;
  /** An empty one, with the topics of a topology. */
  readonly open: (topology: Topology) => Promise<WorkerDisk>;
  /** What is waited for comes within so long. */
  readonly patienceMs: number;
  /** Why it cannot be tried there. @defaultValue false */
  readonly skip?: string | false;
}

/** What a worker does, whatever broker its topics are on. */
export function workerContract(under: WorkerBroker): void {
  const { name, open: workerDisk, patienceMs, skip = false } = under;
  const until = (condition: Parameters<typeof untilWithin>[0]): Promise<void> =>
    untilWithin(condition, patienceMs);

  describe(`runWorker on ${name}`, { skip }, () => {
    it('answers what is there and what comes, in every partition, and drains', async () => {
      const topology = workerTopology(3, OFF);
      const disk = await workerDisk(topology);
      await ask(disk.broker, topology.topics.questions, questions(10));
      const worker = startWorker(topology, disk);
      await until(async () => (await answersOf(disk)).length === 10);
      await ask(disk.broker, topology.topics.questions, [
        ...questions(7, 10),
        new TextEncoder().encode('no question'),
      ]);
      await until(async () => (await answersOf(disk)).length === 17);
      worker.drain();
      await worker.ended;
      assert.deepEqual(await answeredIds(disk), idsOf(questions(17)));
      const letters = await readTopic(disk.broker, 'qa.dead-letters', codecs.deadLetter);
      assert.deepEqual(
        letters.map(({ code }) => code),
        ['RECORD_INVALID'],
      );
      assert.ok(new Set((await answersOf(disk)).map((a) => a.sourcePartition)).size === 3);
    });

    it('goes on where it was stopped, however it was', async () => {
      const topology = workerTopology(2, OFF);
      const disk = await workerDisk(topology);
      await ask(disk.broker, topology.topics.questions, questions(40));
      for (const stop of ['abort', 'drain', 'abort'] as const) {
        const before = (await answersOf(disk)).length;
        const worker = startWorker(topology, disk, {
          onBatch: () => {
            worker[stop]();
          },
        });
        if (stop === 'abort') await expectFailure(worker.ended, 'CANCELLED');
        else await worker.ended;
        assert.ok((await answersOf(disk)).length > before);
      }
      const last = startWorker(topology, disk);
      await until(async () => (await answersOf(disk)).length >= 40);
      last.drain();
      await last.ended;
      assert.deepEqual(await answeredIds(disk), idsOf(questions(40)));
    });

    it('says that it goes on without its state, where somebody deleted that', async () => {
      const topology = workerTopology(1, OFF);
      const disk = await workerDisk(topology);
      await ask(disk.broker, topology.topics.questions, questions(6));
      // What is left of a group whose state's topic was deleted: an offset.
      const { answering } = groupsOf(topology);
      const group = await disk.broker.join(answering, [topology.topics.questions]);
      const lease = await firstValueFrom(group.leases$);
      await lease.commit({ nextOffset: lease.startOffset + 2n, records: [], state: new Map() });
      await group.leave();
      const troubles: string[] = [];
      const worker = startWorker(topology, disk, {
        onTrouble: (sentence) => troubles.push(sentence),
      });
      await until(async () => (await answersOf(disk)).length === 4);
      worker.drain();
      await worker.ended;
      assert.match(troubles.join(), /goes on at offset \d+ of \S+\/0 without its state/);
    });

    it('shares the partitions out among workers, and answers each question once', async () => {
      const topology = workerTopology(4, OFF);
      const disk = await workerDisk(topology);
      const first = startWorker(topology, disk);
      await ask(disk.broker, topology.topics.questions, questions(60));
      await until(async () => (await answersOf(disk)).length > 4);
      const second = startWorker(topology, disk);
      const held = (worker: typeof first): number =>
        worker.ledger
          .standings()
          .filter(({ topic, owned }) => owned && topic === topology.topics.questions).length;
      await until(() => held(first) === 2 && held(second) === 2);
      first.drain();
      await first.ended;
      await until(() => held(second) === 4);
      await until(async () => (await answersOf(disk)).length >= 60);
      second.drain();
      await second.ended;
      assert.deepEqual(await answeredIds(disk), idsOf(questions(60)));
    });

    it('trains while it answers, and every partition takes the adapter up', async () => {
      const topology = workerTopology(2);
      const disk = await workerDisk(topology);
      const asked: Question[] = [];
      const worker = startWorker(topology, disk);
      const versions = new Map<number, number>();
      await until(async () => {
        const more = questions(8, asked.length);
        asked.push(...more);
        await ask(disk.broker, topology.topics.questions, more);
        for (const { sourcePartition, published } of await answersOf(disk))
          versions.set(
            sourcePartition,
            Math.max(published.adapterVersion, versions.get(sourcePartition) ?? 0),
          );
        return versions.size === 2 && [...versions.values()].every((version) => version > 0);
      });
      await until(async () => (await answersOf(disk)).length >= asked.length);
      worker.drain();
      await worker.ended;
      assert.deepEqual(await answeredIds(disk), idsOf(asked));
      const adapters = await readTopic(disk.broker, 'qa.adapters', codecs.adapter);
      const decisions = await readTopic(
        disk.broker,
        'qa.adapter-decisions',
        codecs.adapterDecision,
      );
      const trained = new Set(adapters.map(({ version }) => version));
      for (const { decision, version } of decisions)
        if (decision === 'accepted')
          assert.ok(trained.has(version), `${version} of ${[...trained].join()}`);
    });

    it('goes on training in other partitions when one that has an adapter to decide about falls silent', async () => {
      const topology = workerTopology(2);
      const { topics } = topology;
      const disk = await workerDisk(topology);
      const encoded = (from: number): Uint8Array[] =>
        questions(4, from).map((asked) => codecs.question.encode(asked));
      const askIn = (partition: number, from: number): Promise<unknown> =>
        disk.broker.append(
          encoded(from).map((value) => ({ topic: topics.questions, partition, key: null, value })),
        );
      const decisions = (): Promise<AdapterDecision[]> =>
        readTopic(disk.broker, topics.adapterDecisions, codecs.adapterDecision);
      const worker = startWorker(topology, disk, { decideWithinMs: 200 });
      await askIn(0, 0);
      // Trained, and no further question comes at which partition 0 would decide.
      await until(
        async () => (await readTopic(disk.broker, topics.adapters, codecs.adapter)).length > 0,
      );
      assert.deepEqual(await decisions(), []);
      let from = 4;
      try {
        await until(async () => {
          await askIn(1, from);
          from += 4;
          return (await decisions()).some(
            ({ decision, version }) => decision === 'accepted' && version > 1,
          );
        });
        await until(async () => (await answersOf(disk)).length >= from);
      } catch (error) {
        worker.drain();
        await worker.ended;
        throw error;
      }
      // A worker looks at decisions ten times a second at most, and what stands there by then is what counts; on cores
      // with other work it looks less often.
      await sleep(3000);
      // It wakes up: what it would have decided is too late, and the lineage stays one.
      await askIn(0, from);
      await until(async () => (await answersOf(disk)).length >= from + 4);
      worker.drain();
      await worker.ended;
      assert.deepEqual(
        (await decisions()).filter(({ version }) => version === 1).map(({ code }) => code),
        ['OUTDATED', 'OUTDATED'],
      );
    });

    it('waits for each adapter in barrier mode, whoever trains it', async () => {
      const topology = workerTopology(1, BARRIER);
      const disk = await workerDisk(topology);
      await ask(disk.broker, topology.topics.questions, questions(16));
      const worker = startWorker(topology, disk, { trains: false });
      const batches = (): Promise<unknown[]> =>
        readTopic(disk.broker, 'qa.training-batches', codecs.trainingBatch);
      await until(async () => (await batches()).length === 1);
      // Nobody trains, so nothing goes on.
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal((await answersOf(disk)).length, 4);
      const trainer = startWorker(topology, disk, { trains: true });
      await until(async () => (await answersOf(disk)).length === 16);
      worker.drain();
      trainer.drain();
      await Promise.all([worker.ended, trainer.ended]);
      assert.ok((await answersOf(disk)).some(({ published }) => published.adapterVersion > 0));
    });

    it('gives a wait for an adapter up when it is drained', async () => {
      const topology = workerTopology(1, BARRIER);
      const disk = await workerDisk(topology);
      await ask(disk.broker, topology.topics.questions, questions(16));
      const worker = startWorker(topology, disk, { trains: false });
      await until(async () => (await answersOf(disk)).length === 4);
      worker.drain();
      await worker.ended;
      assert.equal((await answersOf(disk)).length, 4);
    });

    it('stops when no adapter comes', async () => {
      const topology = workerTopology(1, BARRIER);
      const disk = await workerDisk(topology);
      await ask(disk.broker, topology.topics.questions, questions(16));
      const { ended } = startWorker(topology, disk, { trains: false, timeoutMs: 100 });
      const { message } = await expectFailure(ended, 'TRAINING_FAILED');
      assert.match(message, /no adapter came of batch [0-9a-f]{32}/);
      assert.equal((await answersOf(disk)).length, 4);
    });

    it('fails where the next record is gone, and goes on there when told to', async () => {
      const topology = workerTopology(1, OFF);
      const { questions: topic } = topology.topics;
      const disk = await workerDisk(topology);
      await ask(disk.broker, topic, questions(8));
      const group = await disk.broker.join(groupsOf(topology).answering, [topic]);
      // Made anew with fewer records: the group stands beyond the end.
      await new Promise<void>((resolve) => {
        group.leases$.subscribe((lease) => {
          void lease
            .commit({ nextOffset: 500n, records: [], state: new Map() })
            .then(() => resolve());
        });
      });
      await group.leave();
      const { message, hint } = await expectFailure(
        startWorker(topology, disk).ended,
        'OFFSET_OUT_OF_RANGE',
      );
      assert.match(message, /offset 500 of qa\.questions\/0/);
      assert.match(hint ?? '', /--reset-to/);
      const worker = startWorker(topology, disk, { resetTo: 'earliest' });
      await until(async () => (await answersOf(disk)).length === 8);
      worker.drain();
      await worker.ended;
      assert.deepEqual(await answeredIds(disk), idsOf(questions(8)));
    });
  });
}
