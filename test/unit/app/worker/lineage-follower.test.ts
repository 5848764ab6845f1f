import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  awaitOutcome,
  followLineage,
  type LineageFollower,
} from '../../../../src/app/worker/lineage-follower.ts';
import { ANY_LINEAGE } from '../../../../src/events/adapter-decision.ts';
import type { Broker } from '../../../../src/ports/broker.ts';
import { SYSTEM_CLOCK } from '../../../../src/app/system-clock.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { adapterRecord } from '../../../support/adapter-run.ts';
import { codecs } from '../../../support/loop-run.ts';
import { LOOP_TOPICS, trainingLog, type TrainingLog } from '../../../support/training-log.ts';

const version = (over: Parameters<typeof adapterRecord>[0]): ReturnType<typeof adapterRecord> =>
  adapterRecord({ lineage: 'line', ...over });

async function bench(): Promise<TrainingLog & { readonly follower: LineageFollower }> {
  const log = await trainingLog();
  const { broker, clock } = log;
  const follower = followLineage({ broker, topics: LOOP_TOPICS, codecs, lineage: 'line', clock });
  return { ...log, follower };
}

describe('followLineage', () => {
  it('finds the adapter of a batch, once it has looked', async () => {
    const { follower, adapter, clock } = await bench();
    await follower.look();
    await adapter(version({ version: 1, batchId: 'one' }));
    await follower.look();
    // It has just looked.
    assert.equal(await follower.outcomeOf('one', 1), undefined);
    clock.move(100);
    await follower.look();
    const outcome = await follower.outcomeOf('one', 1);
    assert.ok(outcome !== undefined && 'record' in outcome);
    assert.equal(outcome.record.batchId, 'one');
    assert.deepEqual(await follower.recordOf(1), outcome.record);
  });

  it('passes heads and other lineages over', async () => {
    const { follower, adapter } = await bench();
    await adapter(version({ version: 1, batchId: 'one' }), 'line/head');
    await adapter(version({ version: 1, batchId: 'one', lineage: 'other' }));
    await follower.look();
    assert.equal(await follower.outcomeOf('one', 1), undefined);
    await expectFailure(follower.recordOf(1), 'STATE_MISMATCH');
  });

  it('tells why a batch gave none', async () => {
    const { follower, refusal } = await bench();
    await refusal('elsewhere', 'qa.questions');
    await refusal('one');
    await follower.look();
    assert.deepEqual(await follower.outcomeOf('one', 1), {
      failure: { code: 'TRAINING_FAILED', reason: 'it makes no sense' },
    });
    assert.equal(await follower.outcomeOf('elsewhere', 1), undefined);
  });

  it('calls a batch outdated once another one’s version in its place has been decided about', async () => {
    const { follower, adapter, decision, refusal, clock } = await bench();
    await adapter(version({ version: 1, batchId: 'other' }));
    await refusal('one');
    await follower.look();
    assert.equal(await follower.outcomeOf('one', 1), undefined);
    await decision({ version: 1 });
    clock.move(100);
    await follower.look();
    assert.deepEqual(await follower.outcomeOf('one', 1), {
      failure: { code: 'OUTDATED', reason: 'version 1 has come of another batch' },
    });
  });

  it('waits for no decision for ever: a partition without questions makes none', async () => {
    const { follower, adapter, clock } = await bench();
    await adapter(version({ version: 1, batchId: 'other' }));
    await follower.look();
    assert.equal(await follower.outcomeOf('one', 1), undefined);
    clock.move(59_999);
    assert.equal(await follower.outcomeOf('one', 1), undefined);
    clock.move(1);
    assert.deepEqual(await follower.outcomeOf('one', 1), {
      failure: {
        code: 'OUTDATED',
        reason: 'version 1 has come of another batch, and its partition has not decided in 60 s',
      },
    });
    // The adapter of its own batch is another matter.
    assert.ok('record' in ((await follower.outcomeOf('other', 1)) ?? {}));
  });

  it('gives decisions from an offset on, and where to go on', async () => {
    const { follower, decision, clock } = await bench();
    await decision({ version: 1 });
    await decision({ lineage: 'other' });
    await decision({ lineage: ANY_LINEAGE, version: 2 });
    await follower.look();
    const all = follower.decisionsFrom(0);
    assert.deepEqual(
      all.decisions.map((placed) => placed.decision.version),
      [1, 2],
    );
    assert.deepEqual(follower.decisionsFrom(all.next), { decisions: [], next: all.next });
    await decision({ version: 3 });
    clock.move(100);
    await follower.look();
    const [third] = follower.decisionsFrom(all.next).decisions;
    assert.equal(third?.decision.version, 3);
    // A state that has read further than this follower keeps its place.
    assert.equal(follower.decisionsFrom(900).next, 900);
  });

  it('reads a topic of decisions that was made again from its beginning', async () => {
    const { broker, clock, decision } = await trainingLog();
    const troubles: string[] = [];
    const follower = followLineage({
      ...{ broker, topics: LOOP_TOPICS, codecs, lineage: 'line', clock },
      onTrouble: (sentence) => troubles.push(sentence),
    });
    await decision({ version: 1 });
    await follower.look();
    assert.deepEqual(follower.decisionsFrom(900), { decisions: [], next: 900 });
    clock.move(9_999);
    assert.deepEqual(follower.decisionsFrom(900), { decisions: [], next: 900 });
    clock.move(1);
    const { decisions, next } = follower.decisionsFrom(900);
    assert.deepEqual(
      decisions.map((placed) => placed.decision.version),
      [1],
    );
    assert.equal(next, follower.decisionsFrom(0).next);
    assert.match(troubles.join(), /ends at \d, and 900 were read of it: it was deleted and made/);
  });

  it('gives no decision before it has the adapter that it is about, though both come in the middle of a look', async () => {
    const { broker, clock, adapter, decision } = await trainingLog();
    const seen = new Set<string>();
    const busy: Pick<Broker, 'bounds' | 'read'> = {
      bounds: async (topic, partition) => {
        // Another worker decides about another one's adapter between this look's first topic and its second.
        if (seen.size === 1 && !seen.has(topic)) {
          await adapter(version({ version: 1, batchId: 'other' }));
          await decision({ version: 1 });
        }
        seen.add(topic);
        return broker.bounds(topic, partition);
      },
      read: (...where) => broker.read(...where),
    };
    const follower = followLineage({
      ...{ broker: busy, topics: LOOP_TOPICS, codecs, lineage: 'line', clock },
    });
    const given: number[] = [];
    for (let look = 0; look < 2; look++) {
      await follower.look();
      for (const { decision: made } of follower.decisionsFrom(0).decisions)
        given.push((await follower.recordOf(made.activeVersion)).version);
      clock.move(100);
    }
    assert.deepEqual(given, [1]);
  });
});

describe('awaitOutcome', () => {
  const never = new AbortController().signal;

  it('waits until the adapter is there', async () => {
    let looks = 0;
    const follower = {
      look: () => {
        looks += 1;
        return Promise.resolve();
      },
      outcomeOf: () =>
        Promise.resolve(looks < 3 ? undefined : { failure: { code: 'X', reason: 'y' } }),
    };
    const batch = { batchId: 'one', ordinal: 1 };
    const outcome = await awaitOutcome(follower, batch, SYSTEM_CLOCK, 10_000, never);
    assert.ok('failure' in outcome);
    assert.equal(looks, 3);
  });

  it('stops after its time, or when told to', async () => {
    const { follower } = await bench();
    const batch = { batchId: 'one', ordinal: 1 };
    const { hint } = await expectFailure(
      awaitOutcome(follower, batch, SYSTEM_CLOCK, 1, never),
      'TRAINING_FAILED',
    );
    assert.match(hint ?? '', /secl trainer/);
    const stop = new AbortController();
    const waiting = awaitOutcome(follower, batch, SYSTEM_CLOCK, 60_000, stop.signal);
    stop.abort();
    await expectFailure(waiting, 'CANCELLED');
  });
});
