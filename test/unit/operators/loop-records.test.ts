import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdapterDecision } from '../../../src/events/adapter-decision.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import { headKey, versionKey } from '../../../src/events/adapter-keys.ts';
import { loopRecords } from '../../../src/operators/loop-records.ts';
import { NO_LOOP, type LoopedBatch } from '../../../src/operators/question-batch.ts';
import { adapterRecord } from '../../support/learning-fixture.ts';
import { jsonCodec } from '../../support/operator-fixture.ts';

const TOPICS = { trainingBatches: 'batches', adapters: 'adapters', adapterDecisions: 'decisions' };
const CODECS = {
  trainingBatch: jsonCodec<TrainingBatch>(),
  adapter: jsonCodec<AdapterRecord>(),
  adapterDecision: jsonCodec<AdapterDecision>(),
};
const read = new TextDecoder();

const decisionOf = (version: number, decision: AdapterDecision['decision']): AdapterDecision => ({
  lineage: 'line',
  version,
  decision,
  code: 'none',
  reason: 'a reason',
  activeVersion: version,
  decidedAtMs: 7,
});

/** Topic and key of each record; all are of the only partition. */
function addressed(batch: Partial<LoopedBatch>): (readonly [string, string])[] {
  return loopRecords({ ...NO_LOOP, ...batch }, TOPICS, CODECS).map(({ topic, partition, key }) => {
    assert.equal(partition, 0);
    return [topic, read.decode(key ?? undefined)];
  });
}

const TRAINING = { lineage: 'line', ordinal: 3 } as TrainingBatch;

test('a batch of which the loop has nothing to say has no records', () => {
  assert.deepEqual(addressed({}), []);
});

test('an accepted adapter stands under its version and as the head of its lineage', () => {
  const settled = [{ record: adapterRecord(2), decision: decisionOf(2, 'accepted') }];
  assert.deepEqual(addressed({ settled }), [
    ['adapters', 'line/2'],
    ['adapters', 'line/head'],
    ['decisions', 'line'],
  ]);
  const records = loopRecords({ ...NO_LOOP, settled }, TOPICS, CODECS);
  assert.deepEqual(
    records.map(({ value }) => JSON.parse(read.decode(value ?? undefined)) as unknown),
    [adapterRecord(2), adapterRecord(2), decisionOf(2, 'accepted')],
  );
});

test('an adapter is dated by its training where that is known', () => {
  const decision = decisionOf(2, 'accepted');
  const settled = [{ record: adapterRecord(2), trainedAtMs: 5, decision }];
  const times = loopRecords({ ...NO_LOOP, settled }, TOPICS, CODECS);
  assert.deepEqual(
    times.map(({ timestampMs }) => timestampMs),
    [5, 5, undefined],
  );
});

test('a refused one never becomes the head', () => {
  const settled = [{ record: adapterRecord(2), decision: decisionOf(2, 'refused') }];
  assert.deepEqual(addressed({ settled }), [
    ['adapters', 'line/2'],
    ['decisions', 'line'],
  ]);
});

test('a roll-back makes what acts again the head, or empties it', () => {
  const decision = decisionOf(2, 'rolled-back');
  const heads = [adapterRecord(1), null].map((restored) => {
    const settled = [{ record: null, decision, restored }];
    assert.deepEqual(addressed({ settled }), [
      ['adapters', 'line/head'],
      ['decisions', 'line'],
    ]);
    return loopRecords({ ...NO_LOOP, settled }, TOPICS, CODECS)[0]?.value;
  });
  assert.deepEqual(JSON.parse(read.decode(heads[0] ?? undefined)), adapterRecord(1));
  assert.equal(heads[1], null);
});

test('of a training that failed there is a decision alone; a batch to train on comes last', () => {
  const settled = [{ record: null, decision: decisionOf(2, 'refused') }];
  assert.deepEqual(addressed({ settled, trainingBatch: TRAINING }), [
    ['decisions', 'line'],
    ['batches', 'line'],
  ]);
});

test('keys of versions and of the head differ, lineage by lineage', () => {
  const keys = [
    versionKey(adapterRecord(1)),
    versionKey(adapterRecord(11)),
    versionKey(adapterRecord(1, { lineage: 'other' })),
    headKey('line'),
    headKey('other'),
  ];
  assert.equal(new Set(keys.map((key) => read.decode(key))).size, 5);
});
