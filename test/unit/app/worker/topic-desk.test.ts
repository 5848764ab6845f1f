import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { followLineage } from '../../../../src/app/worker/lineage-follower.ts';
import { createTopicDesk } from '../../../../src/app/worker/topic-desk.ts';
import type { TrainingDesk } from '../../../../src/app/training-desk.ts';
import { adapterRecord } from '../../../support/adapter-run.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { learningOptions } from '../../../support/learning-fixture.ts';
import { codecs } from '../../../support/loop-run.ts';
import { LOOP_TOPICS, trainingLog, type TrainingLog } from '../../../support/training-log.ts';

const never = new AbortController().signal;

async function bench(
  mode: 'barrier' | 'async',
  shared = false,
  drain: AbortSignal = never,
): Promise<TrainingLog & { readonly desk: TrainingDesk }> {
  const log = await trainingLog();
  const { broker, clock } = log;
  const desk = createTopicDesk({
    learning: learningOptions(),
    mode,
    follower: followLineage({ broker, topics: LOOP_TOPICS, codecs, lineage: 'line', clock }),
    load: () => assert.fail('nobody loads'),
    shared,
    clock,
    timeoutMs: 1000,
    drain,
  });
  return { ...log, desk };
}

describe('createTopicDesk', () => {
  it('goes on without the adapter in async mode', async () => {
    const { desk, adapter, clock } = await bench('async');
    assert.equal(await desk.outcomeOf('one', never, 1), undefined);
    await adapter(adapterRecord({ lineage: 'line', version: 1, batchId: 'one' }));
    clock.move(100);
    const outcome = await desk.outcomeOf('one', never, 1);
    assert.ok(outcome !== undefined && 'record' in outcome);
  });

  it('waits for it in barrier mode, until it is drained', async () => {
    const drain = new AbortController();
    const { desk } = await bench('barrier', false, drain.signal);
    const waiting = desk.outcomeOf('one', never, 1);
    drain.abort();
    await expectFailure(waiting, 'CANCELLED');
  });

  it('hands decisions on as they are where one partition trains', async () => {
    const { desk, decision } = await bench('async');
    await decision({ version: 1 });
    const { decisions } = await desk.decisionsFrom(0);
    assert.deepEqual(
      decisions.map(({ decision: kind, code }) => [kind, code]),
      [['accepted', 'none']],
    );
  });

  it('makes orders of what other partitions decided where several do', async () => {
    const { desk, decision } = await bench('async', true);
    await decision({ version: 1 });
    // Its partition has not heard of version 1 yet, or of what came after it.
    await decision({ version: 0, code: 'TRIAL_PASSED', activeVersion: 0 });
    await decision({ version: 2, decision: 'refused', activeVersion: 1 });
    await decision({ version: 1, decision: 'rolled-back', code: 'TRIAL_LOST', activeVersion: 0 });
    await decision({ version: 1, decision: 'rolled-back', code: 'BY_HAND', activeVersion: 0 });
    await decision({ decision: 'frozen' });
    const { decisions } = await desk.decisionsFrom(0);
    assert.deepEqual(
      decisions.map(({ decision: kind, code, activeVersion }) => [kind, code, activeVersion]),
      [
        ['rolled-back', 'ADOPTED', 1],
        ['accepted', 'TRIAL_PASSED', 0],
        ['refused', 'none', 1],
        ['rolled-back', 'ADOPTED', 0],
        ['rolled-back', 'BY_HAND', 0],
        ['frozen', 'none', 1],
      ],
    );
  });
});
