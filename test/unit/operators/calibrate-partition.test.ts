import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lastValueFrom, toArray } from 'rxjs';
import type { Answer } from '../../../src/events/answer.ts';
import type { CalibrationWindow } from '../../../src/events/calibration-window.ts';
import type { DeadLetter } from '../../../src/events/dead-letter.ts';
import type { Feedback } from '../../../src/events/feedback.ts';
import {
  calibratePartition,
  type CalibrateOptions,
} from '../../../src/operators/calibrate-partition.ts';
import { QUESTION_BYTES } from '../../../src/operators/decode-questions.ts';
import type { IncomingRecord, PartitionBounds } from '../../../src/ports/broker.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { fakeLease, jsonCodec, recordOf, type FakeLease } from '../../support/operator-fixture.ts';

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const answerRecord = (i: number, confidence = 0.75): IncomingRecord =>
  recordOf(
    i,
    encode({
      questionId: `q${i}`,
      style: 'short',
      text: i % 2 === 0 ? 'yes' : 'no',
      extracted: null,
      domain: i < 2 ? 'first' : null,
      scores: [{ name: 'pTrue', value: null }],
      published: { value: confidence, source: 'pTrue', adapterVersion: 0 },
      duplicateOf: null,
    }),
    { topic: 'answers' },
  );

const labelRecord = (i: number, offset = i): IncomingRecord =>
  recordOf(
    offset,
    encode({ questionId: `q${i}`, acceptedAnswers: ['yes'], correct: null, labelledAtMs: 0 }),
    { topic: 'feedback' },
  );

/** A feedback topic of which a test decides what is there. */
class Labels {
  readonly records: IncomingRecord[] = [];
  readonly reads: bigint[] = [];
  earliest = 0n;

  bounds = async (): Promise<PartitionBounds> => ({
    earliest: this.earliest,
    end: (this.records.at(-1)?.offset ?? -1n) + 1n,
  });

  read = (_topic: string, _partition: number, from: bigint): AsyncIterable<IncomingRecord> => {
    this.reads.push(from);
    const found = this.records.filter(({ offset }) => offset >= from);
    return (async function* () {
      yield* found;
    })();
  };
}

const ended = AbortSignal.abort(new Error('ended'));

function options(broker: Labels, over: Partial<CalibrateOptions> = {}): CalibrateOptions {
  return {
    broker,
    topics: { feedback: 'feedback', calibration: 'windows', deadLetters: 'dead' },
    answerCodec: jsonCodec<Answer>(),
    feedbackCodec: jsonCodec<Feedback>(),
    windowCodec: jsonCodec<CalibrationWindow>(),
    deadLetterCodec: jsonCodec<DeadLetter>(),
    windows: { size: 2, step: 2, correctable: 3 },
    metrics: { bins: 10, bootstrap: 0, simulations: 0, seed: 1 },
    verdict: { limit: 0.15, margin: 0.05, minimumLabelled: 2, dwell: 2, carry: 10, gap: 0.25 },
    match: (answer, label) => label.acceptedAnswers.includes(answer.text),
    clock: manualClock(),
    inputEnded: ended,
    ...over,
  };
}

const run = (
  lease: FakeLease,
  broker: Labels,
  over: Partial<CalibrateOptions> = {},
): Promise<CalibrationWindow[]> =>
  lastValueFrom(calibratePartition(lease, options(broker, over)).pipe(toArray()));

/** The committed state after all commits. */
function committed(lease: FakeLease): Map<string, Uint8Array> {
  const state = new Map<string, Uint8Array>();
  for (const { state: changes } of lease.commits)
    for (const [key, value] of changes)
      if (value === null) state.delete(key);
      else state.set(key, value);
  return state;
}

test('joins answers with labels and publishes windows with what they caused, in one commit', async () => {
  const broker = new Labels();
  broker.records.push(labelRecord(1), labelRecord(0, 5));
  const lease = fakeLease({ records: [answerRecord(0), answerRecord(1), answerRecord(2)] });
  const windows = await run(lease, broker);
  assert.deepEqual(
    windows.map(({ scope, ordinal, revision, answers, labelled, accuracy }) => [
      scope,
      ordinal,
      revision,
      answers,
      labelled,
      accuracy,
    ]),
    [
      ['pooled', 0, 0, 2, 2, 0.5],
      ['first', 0, 0, 2, 2, 0.5],
    ],
  );
  const published = windows[0]?.metrics.find(({ score }) => score === 'published');
  // Two answers at 0.75, one of them right: |0.5 − 0.75|.
  assert.deepEqual([published?.n, published?.ece, published?.mean], [2, 0.25, 0.75]);
  assert.equal(windows[0]?.metrics.find(({ score }) => score === 'pTrue')?.missing, 2);
  assert.equal(lease.commits.length, 1);
  const [commit] = lease.commits;
  assert.equal(commit?.nextOffset, 3n);
  assert.deepEqual(
    commit.records.map(({ topic, partition, key }) => [
      topic,
      partition,
      new TextDecoder().decode(key ?? undefined),
    ]),
    [
      ['windows', 2, '2/pooled/0'],
      ['windows', 2, '2/first/0'],
    ],
  );
});

test('goes on from committed state: no label is read twice, no window closed twice', async () => {
  const broker = new Labels();
  broker.records.push(labelRecord(0), labelRecord(1));
  const first = fakeLease({ records: [answerRecord(0), answerRecord(1), answerRecord(2)] });
  await run(first, broker);
  const second = fakeLease({ records: [answerRecord(3)], state: committed(first) });
  broker.records.push(labelRecord(3, 8));
  const windows = await run(second, broker);
  assert.equal(broker.reads.at(-1), 2n);
  assert.deepEqual(
    windows.map(({ ordinal, labelled }) => [ordinal, labelled]),
    [[1, 1]],
  );
});

test('a late label publishes its window again, and leaves the answers’ offset alone', async () => {
  const broker = new Labels();
  const first = fakeLease({ records: [answerRecord(0), answerRecord(1)] });
  await run(first, broker);
  broker.records.push(labelRecord(1));
  const second: FakeLease = { ...fakeLease({ state: committed(first) }), startOffset: 2n };
  const windows = await run(second, broker);
  assert.deepEqual(
    windows.map(({ scope, revision, labelled }) => [scope, revision, labelled]),
    [
      ['pooled', 1, 1],
      ['first', 1, 1],
    ],
  );
  assert.equal(second.commits[0]?.nextOffset, 2n);
});

test('what cannot be read becomes a dead letter, in the same commit, and the stream goes on', async () => {
  const broker = new Labels();
  broker.records.push(
    recordOf(0, Uint8Array.of(1), { topic: 'feedback' }),
    recordOf(1, null, { topic: 'feedback' }),
    labelRecord(0, 2),
  );
  const bad = recordOf(0, Uint8Array.of(2), { topic: 'answers' });
  const lease = fakeLease({ records: [bad, answerRecord(0), answerRecord(1)] });
  const telemetry = recordingTelemetry();
  const windows = await run(lease, broker, { telemetry });
  assert.equal(windows[0]?.labelled, 1);
  assert.deepEqual(
    telemetry.measured
      .filter(({ value }) => value > 0)
      .map(({ name, attributes }) => [
        name,
        attributes['messaging.destination.name'],
        attributes['error.type'],
      ]),
    ['answers', 'feedback', 'feedback'].map((topic) => [
      'secl.dead_letters',
      topic,
      'RECORD_INVALID',
    ]),
  );
  const letters = lease.commits
    .flatMap(({ records }) => records)
    .filter(({ topic }) => topic === 'dead')
    .map(({ value }) => JSON.parse(new TextDecoder().decode(value ?? undefined)) as DeadLetter);
  assert.deepEqual(
    letters.map(({ sourceTopic, sourceOffset, code, reason }) => [
      sourceTopic,
      sourceOffset,
      code,
      reason,
    ]),
    [
      ['answers', 0, 'RECORD_INVALID', 'not JSON'],
      ['feedback', 0, 'RECORD_INVALID', 'not JSON'],
      ['feedback', 1, 'RECORD_INVALID', 'the record is empty'],
    ],
  );
});

test('a label that could not wait for its answer in a record of state becomes a dead letter', async () => {
  const broker = new Labels();
  const label = (fill: number): Uint8Array =>
    encode({
      questionId: 'nobody',
      acceptedAnswers: ['x'.repeat(fill)],
      correct: null,
      labelledAtMs: 0,
    });
  const most = QUESTION_BYTES - label(0).length;
  broker.records.push(
    recordOf(0, label(most + 1), { topic: 'feedback' }),
    recordOf(1, label(most), { topic: 'feedback' }),
  );
  const lease = fakeLease({ records: [] });
  await run(lease, broker);
  const [commit] = lease.commits;
  const letter = JSON.parse(
    new TextDecoder().decode(commit?.records[0]?.value ?? undefined),
  ) as DeadLetter;
  assert.deepEqual(
    [letter.code, letter.sourceOffset, letter.reason],
    ['RECORD_TOO_LARGE', 0, 'the record has 131073 bytes, the limit is 131072'],
  );
  assert.ok([...committed(lease).keys()].includes('calibration/label/nobody'));
});

// Of more than 100,000 labels that were there from the start, the first were given up before their answers came.
test('labels are read no further ahead of answers than is said, and to their end once answers have ended', async () => {
  const broker = new Labels();
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  broker.records.push(...numbers.map((i) => labelRecord(i)));
  const inputEnded = new AbortController();
  let idle = 0;
  const lease = fakeLease({
    onIdle: () => {
      idle += 1;
      if (idle === 3) lease.push(...numbers.map((i) => answerRecord(i)));
      if (idle > 3) inputEnded.abort();
    },
  });
  const windows = await run(lease, broker, { labelsAhead: 4, inputEnded: inputEnded.signal });
  const waiting = [...(lease.commits[0]?.state.keys() ?? [])].filter((key) =>
    key.startsWith('calibration/label/'),
  );
  assert.equal(waiting.length, 4);
  const newest = new Map(
    windows
      .filter(({ scope }) => scope === 'pooled')
      .map(({ ordinal, labelled }) => [ordinal, labelled]),
  );
  assert.deepEqual([...newest.values()], [2, 2, 2, 2, 2]);
});

test('labels that retention took are gone; it goes on with those that are there', async () => {
  const broker = new Labels();
  broker.earliest = 4n;
  broker.records.push(labelRecord(1, 4));
  const lease = fakeLease({ records: [answerRecord(0), answerRecord(1)] });
  const windows = await run(lease, broker);
  assert.deepEqual(broker.reads, [4n]);
  assert.equal(windows[0]?.labelled, 1);
});

test('labels are read in steps, so that one commit stays small', async () => {
  const broker = new Labels();
  for (let i = 0; i < 1200; i++) broker.records.push(labelRecord(i));
  const lease = fakeLease();
  await run(lease, broker);
  assert.deepEqual(broker.reads, [0n, 500n, 1000n]);
  assert.equal(lease.commits.length, 3);
});

test('few huge labels are a step, so that memory stays small', async () => {
  const broker = new Labels();
  const huge = new Uint8Array(4 * 1024 * 1024);
  for (let i = 0; i < 5; i++) broker.records.push(recordOf(i, huge, { topic: 'feedback' }));
  const lease = fakeLease();
  await run(lease, broker);
  assert.deepEqual(broker.reads, [0n, 2n, 4n]);
  const letters = lease.commits.map(({ records }) => records.length);
  assert.deepEqual(letters, [2, 2, 1]);
});

test('labels of a topic that was made anew are read from its beginning', async () => {
  const broker = new Labels();
  broker.records.push(labelRecord(0, 7), labelRecord(1, 8));
  const first = fakeLease({ records: [answerRecord(0), answerRecord(1)] });
  await run(first, broker);
  const anew = new Labels();
  anew.records.push(labelRecord(2, 0), labelRecord(3, 1));
  const second = fakeLease({
    records: [answerRecord(2), answerRecord(3)],
    state: committed(first),
  });
  const windows = await run(second, anew);
  assert.deepEqual(anew.reads, [0n]);
  assert.deepEqual(
    windows.filter(({ scope }) => scope === 'pooled').map(({ labelled }) => labelled),
    [2],
  );
});

test('with nothing to do it commits nothing, and ends with its input', async () => {
  const lease = fakeLease();
  assert.deepEqual(await run(lease, new Labels()), []);
  assert.equal(lease.commits.length, 0);
});

test('it waits for more as long as its input goes on', async () => {
  const input = new AbortController();
  const broker = new Labels();
  const lease: FakeLease = fakeLease({
    onIdle: () => {
      if (lease.polls.length === 3) lease.push(answerRecord(0), answerRecord(1));
      if (lease.polls.length === 6) input.abort();
    },
  });
  const windows = await run(lease, broker, { inputEnded: input.signal });
  assert.deepEqual(
    windows.map(({ scope }) => scope),
    ['pooled', 'first'],
  );
});

test('unsubscribing ends it: what was read by then is not committed', async () => {
  const lease: FakeLease = fakeLease({ records: [answerRecord(0), answerRecord(1)] });
  const heard: unknown[] = [];
  const subscription = calibratePartition(lease, options(new Labels())).subscribe({
    next: (window) => heard.push(window),
    error: (error: unknown) => heard.push(error),
    complete: () => heard.push('complete'),
  });
  assert.equal(lease.polls.length, 1, 'the answers are being read');
  subscription.unsubscribe();
  for (let turn = 0; turn < 6; turn++) await nextTurn();
  assert.deepEqual([lease.commits.length, heard.length], [0, 0]);
  assert.equal(lease.polls.length, 1);
});

test('a commit that fails, a label store that fails and a matcher that throws are error notifications', async () => {
  const answers = (): IncomingRecord[] => [answerRecord(0), answerRecord(1)];
  const fenced = fakeLease({
    records: answers(),
    commit: () => Promise.reject(new Error('fenced')),
  });
  await assert.rejects(run(fenced, new Labels()), /fenced/);
  const broken = new Labels();
  broken.bounds = () => Promise.reject(new Error('disk'));
  await assert.rejects(run(fakeLease({ records: answers() }), broken), /disk/);
  const broker = new Labels();
  broker.records.push(labelRecord(0));
  const match = (): never => {
    throw new Error('matcher');
  };
  await assert.rejects(run(fakeLease({ records: answers() }), broker, { match }), /matcher/);
});

test('a second subscription starts from the lease’s state again', async () => {
  const broker = new Labels();
  const lease = fakeLease({ records: [answerRecord(0), answerRecord(1)] });
  const windows$ = calibratePartition(lease, options(broker)).pipe(toArray());
  assert.equal((await lastValueFrom(windows$)).length, 2);
  lease.push(answerRecord(2), answerRecord(3));
  const [again] = await lastValueFrom(windows$);
  assert.equal(again?.ordinal, 0, 'ordinals come from committed state, not from the first run');
});

test('a window that nothing fills is closed by the clock, once, in one commit with its state', async () => {
  const clock = manualClock();
  const inputEnded = new AbortController();
  let idle = 0;
  const lease = fakeLease({
    records: [answerRecord(0)],
    onIdle: () => {
      idle += 1;
      clock.move(1000);
      if (idle === 20) inputEnded.abort();
    },
  });
  const windows = await run(lease, new Labels(), {
    clock,
    closeAfterMs: 5000,
    inputEnded: inputEnded.signal,
  });
  assert.deepEqual(
    windows.map(({ ordinal, revision, scope, answers }) => [ordinal, revision, scope, answers]),
    [
      [0, 0, 'pooled', 1],
      [0, 0, 'first', 1],
    ],
  );
  assert.deepEqual(
    lease.commits.map(({ nextOffset, records }) => [nextOffset, records.length]),
    [
      [1n, 0],
      [1n, 2],
    ],
  );
  // Whoever takes the partition over does not publish it again.
  const next = fakeLease({ state: committed(lease), onIdle: () => clock.move(1000) });
  const after = new AbortController();
  const again = run(next, new Labels(), { clock, closeAfterMs: 5000, inputEnded: after.signal });
  for (let i = 0; i < 20; i++) await nextTurn();
  after.abort();
  assert.deepEqual(await again, []);
});
