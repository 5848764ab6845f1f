import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../../src/adapters/memory/memory-broker.ts';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { replay, type ReplayOptions } from '../../../src/app/replay.ts';
import type { ReplayItem } from '../../../src/app/replay-input.ts';
import { SYSTEM_CLOCK } from '../../../src/app/system-clock.ts';
import type { Answer } from '../../../src/events/answer.ts';
import type { Question } from '../../../src/events/question.ts';
import type { PublishedBatch } from '../../../src/operators/publish-answers.ts';
import type { Broker } from '../../../src/ports/broker.ts';

const never = new AbortController().signal;
const topology = await loadTopology();

function question(i: number, more: Partial<Question> = {}): Question {
  return {
    id: `q${i}`,
    text: `What is the colour of thing ${i}?`,
    style: 'short',
    choices: [],
    domain: i % 2 === 0 ? 'even' : 'odd',
    givenAnswer: null,
    deadlineMs: null,
    ...more,
  };
}

function items(n: number): ReplayItem[] {
  return Array.from({ length: n }, (_, i) => ({
    question: question(i),
    feedback: { questionId: `q${i}`, acceptedAnswers: ['blue'], correct: null, labelledAtMs: 0 },
  }));
}

function options(over: Partial<ReplayOptions> & { list: readonly ReplayItem[] }): ReplayOptions {
  return {
    input: { name: 'test', items: over.list, hash: 'h' },
    topology,
    model: createStandInLanguageModel(),
    broker: createMemoryBroker({ clock: SYSTEM_CLOCK }),
    codecs: openRecordCodecs(),
    clock: SYSTEM_CLOCK,
    drain: never,
    abort: never,
    ...over,
  };
}

/** An answer without what may differ between two runs: times. */
function lasting({ answeredAtMs: _, durationMs: __, ...rest }: Answer): unknown {
  return rest;
}

test('every question gets one answer, in order, with every score present', async () => {
  const result = await replay(options({ list: items(21) }));
  assert.equal(result.complete, true);
  assert.deepEqual(
    result.answers.map((answer) => answer.questionId),
    items(21).map((_, i) => `q${i}`),
  );
  for (const answer of result.answers) {
    assert.deepEqual(
      answer.scores.map((score) => score.name).toSorted(),
      topology.scoring.scores.toSorted(),
    );
    const published = answer.scores.find((score) => score.name === answer.published.source);
    assert.equal(published?.value, answer.published.value);
    const { answer: a, confidence, scoring, total } = answer.forwardTokens;
    assert.equal(a + confidence + scoring, total);
  }
});

test('bad records become dead letters with their bytes, and the stream goes on', async () => {
  const bytes = new TextEncoder().encode('no record');
  const list: ReplayItem[] = [
    ...items(3),
    { bytes },
    { question: question(90, { text: '   ' }), feedback: null },
    { question: question(91, { style: 'choice' }), feedback: null },
    { question: question(92, { text: 'long '.repeat(5000) }), feedback: null },
    ...items(5).slice(3),
  ];
  const result = await replay(options({ list }));
  assert.equal(result.answers.length, 5);
  assert.deepEqual(
    result.deadLetters.map((letter) => letter.code),
    ['RECORD_INVALID', 'RECORD_INVALID', 'RECORD_INVALID', 'CONTEXT_OVERFLOW'],
  );
  assert.deepEqual(Buffer.from(result.deadLetters[0]?.value ?? []), Buffer.from(bytes));
  assert.equal(result.complete, true);
});

test('a repeated id is answered again and says so', async () => {
  const twice: ReplayItem[] = [...items(2), { question: question(0), feedback: null }];
  const result = await replay(options({ list: twice }));
  assert.deepEqual(
    result.answers.map((answer) => answer.duplicateOf),
    [null, null, result.answers[0]?.sourceOffset],
  );
});

test('a question may bring its answer: it is scored, not generated', async () => {
  const brought = question(0, {
    givenAnswer: { text: 'blue', tokenLogProbabilities: [-0.25] },
  });
  const { answers } = await replay(options({ list: [{ question: brought, feedback: null }] }));
  assert.equal(answers[0]?.text, 'blue');
  assert.equal(answers[0]?.finishReason, 'given');
  const probability = answers[0]?.scores.find((score) => score.name === 'answerProbability');
  assert.equal(probability?.value, Math.exp(-0.25));
  assert.equal(probability?.normalization, 'reported-by-writer');
});

test('drained and started again, a replay ends as if it had not stopped', async () => {
  const whole = await replay(options({ list: items(40) }));
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  let runs = 0;
  for (; runs < 20; runs++) {
    const drain = new AbortController();
    const result = await replay(
      options({
        list: items(40),
        broker,
        drain: drain.signal,
        onBatch: () => {
          drain.abort();
        },
      }),
    );
    if (!result.complete) continue;
    assert.deepEqual(result.answers.map(lasting), whole.answers.map(lasting));
    break;
  }
  assert.ok(runs >= 1 && runs < 20, `it was drained ${runs} times`);
});

test('state made under other settings is refused', async () => {
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  const drain = new AbortController();
  const first = options({
    list: items(40),
    broker,
    drain: drain.signal,
    onBatch: () => {
      drain.abort();
    },
  });
  await replay(first);
  await assert.rejects(
    replay(options({ list: items(40), broker, topology: { ...topology, seed: 2 } })),
    {
      code: 'STATE_MISMATCH',
    },
  );
});

test('a complete run that is replayed again reads its answers back', async () => {
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  const first = await replay(options({ list: items(9), broker }));
  const batches: PublishedBatch[] = [];
  const again = await replay(
    options({ list: items(9), broker, onBatch: (batch) => batches.push(batch) }),
  );
  assert.deepEqual(again, first);
  assert.equal(batches.length, 0);
});

test('another stream on the same broker is refused, even before the first commit', async () => {
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  const drained = await replay(
    options({ list: items(9), broker, drain: AbortSignal.abort(new Error('enough')) }),
  );
  assert.equal(drained.complete, false);
  const others = [
    items(8),
    [...items(8), { question: question(99), feedback: null }],
    [...items(8), { bytes: new Uint8Array() }],
  ];
  for (const list of others)
    await assert.rejects(replay(options({ list, broker })), { code: 'STATE_MISMATCH' });
  // The same questions with other labels have another hash; windows hold the old labels.
  await replay(options({ list: items(9), broker }));
  await assert.rejects(
    replay(
      options({ list: items(9), broker, input: { name: 'test', items: items(9), hash: 'other' } }),
    ),
    { code: 'STATE_MISMATCH' },
  );
});

test('an abort that came before the start is not missed', async () => {
  await assert.rejects(
    replay(options({ list: items(3), abort: AbortSignal.abort(new Error('no')) })),
    { code: 'CANCELLED' },
  );
});

test('aborting leaves what was committed and says how to go on', async () => {
  const abort = new AbortController();
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  await assert.rejects(
    replay(
      options({
        list: items(40),
        broker,
        model: createStandInLanguageModel({ delayMs: 0.2 }),
        abort: abort.signal,
        onBatch: () => {
          abort.abort();
        },
      }),
    ),
    { code: 'CANCELLED' },
  );
  const { answers } = await replay(options({ list: items(40), broker }));
  assert.equal(new Set(answers.map((answer) => answer.questionId)).size, 40);
  assert.equal(answers.length, 40);
});

/** A broker whose commits take a while, and which counts what was polled and not yet committed. */
function slowSink(inner: Broker, seen: { most: number }): Broker {
  return {
    ...inner,
    join: async (groupId, topics) => {
      const group = await inner.join(groupId, topics);
      const { map } = await import('rxjs');
      return {
        assigned$: group.assigned$,
        leave: () => group.leave(),
        leases$: group.leases$.pipe(
          map((lease) => {
            if (lease.topic !== topology.topics.questions) return lease;
            let open = 0;
            return {
              topic: lease.topic,
              partition: lease.partition,
              startOffset: lease.startOffset,
              state: lease.state,
              revoked: lease.revoked,
              poll: async (request: Parameters<typeof lease.poll>[0]) => {
                const records = await lease.poll(request);
                open += records.length;
                seen.most = Math.max(seen.most, open);
                return records;
              },
              commit: async (commit: Parameters<typeof lease.commit>[0]) => {
                await new Promise((resolve) => setTimeout(resolve, 15));
                const positions = await lease.commit(commit);
                open -= commit.records.length;
                return positions;
              },
            };
          }),
        ),
      };
    },
  };
}

test('a slow sink holds the source back: work in flight stays bounded', async () => {
  const seen = { most: 0 };
  const inner = createMemoryBroker({ clock: SYSTEM_CLOCK });
  const result = await replay(options({ list: items(160), broker: slowSink(inner, seen) }));
  assert.equal(result.complete, true);
  const { maxBatch, maxInFlight } = topology.batch;
  assert.ok(seen.most > maxBatch, 'batches overlap');
  assert.ok(seen.most <= maxBatch * maxInFlight, `${seen.most} questions were in flight`);
});

test('windows are published with the labels they had', async () => {
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  const batches: PublishedBatch[] = [];
  const small = {
    ...topology,
    calibration: { ...topology.calibration, size: 20, step: 20, simulations: 20 },
  };
  await replay(
    options({ list: items(60), broker, topology: small, onBatch: (batch) => batches.push(batch) }),
  );
  const codecs = openRecordCodecs();
  const windows = [];
  for await (const record of broker.read(topology.topics.calibration, 0, 0n)) {
    const decoded = codecs.calibrationWindow.decode(record.value ?? new Uint8Array());
    assert.ok(decoded.ok);
    windows.push(decoded.value);
  }
  const pooled = new Map(
    windows.filter((window) => window.scope === 'pooled').map((w) => [w.ordinal, w]),
  );
  assert.deepEqual([...pooled.keys()], [0, 1, 2]);
  for (const window of pooled.values()) {
    assert.equal(window.answers, 20);
    assert.equal(window.labelled, 20);
    assert.ok(window.metrics.some((metric) => metric.score === 'published' && metric.n === 20));
  }
});
