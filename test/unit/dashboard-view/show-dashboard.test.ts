import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRecordCodecs } from '../../../src/adapters/avro/record-codecs.ts';
import { EMPTY_DASHBOARD } from '../../../src/dashboard-view/dashboard-state.ts';
import { showDashboard } from '../../../src/dashboard-view/show-dashboard.ts';
import { stepDashboard } from '../../../src/dashboard-view/step-dashboard.ts';
import { assertClose } from '../../support/assert-close.ts';
import {
  answerOf,
  byVerdict,
  input,
  labelInput,
  letterOf,
  reading,
  stated,
  windowOf,
} from '../../support/dashboard-fixture.ts';

const options = { title: 'a run', topology: 'qa', bins: 10, seed: 1 };
const show = (inputs: Parameters<typeof stepDashboard>[1]): ReturnType<typeof showDashboard> =>
  showDashboard(stepDashboard(EMPTY_DASHBOARD, inputs, byVerdict), options);

test('an empty view can be shown, and invents nothing', () => {
  const view = showDashboard(EMPTY_DASHBOARD, options);
  assert.equal(view.head.lastAnswerAtMs, null);
  assert.equal(view.head.model, null);
  assert.equal(view.standing.measured.ece, null);
  assert.equal(view.standing.estimated.accuracy, null);
  assert.deepEqual(view.reliability.bins, []);
  assert.deepEqual(view.answers, []);
});

test('the name of a run is cut and cleaned as all texts from outside', () => {
  const title = `a\u202eb ${'W'.repeat(900_000)}`;
  const { head } = showDashboard(EMPTY_DASHBOARD, { ...options, title });
  assert.match(head.title, /^a\ufffdb W+…$/u);
  assert.ok(head.title.length < 300);
});

test('measured comes of labels alone, estimated of confidences alone', () => {
  // 12 labelled of confidence 0.75, 9 right; 12 without a label of confidence 0.25.
  const labelled = Array.from({ length: 12 }, (_, i) => [
    input('answer', stated(i, 0.75)),
    labelInput(i, i < 9),
  ]).flat();
  const others = Array.from({ length: 12 }, (_, i) => input('answer', stated(100 + i, 0.25)));
  const { standing, reliability } = show([...labelled, ...others]);
  assert.equal(standing.measured.n, 12);
  assert.equal(standing.measured.accuracy, 0.75);
  assertClose(standing.measured.ece ?? NaN, 0, 1e-12);
  assert.equal(standing.estimated.n, 24);
  // (12 × 0.75 + 12 × 0.25) / 24
  assert.equal(standing.estimated.accuracy, 0.5);
  // Pairs of right and wrong weights: f from 0.75 beats 0.25 with weight 9·9 of (12·12 = 144), ties 2·(9·3) halve:
  // (81 + 54 / 2) / 144 = 0.75.
  assertClose(standing.estimated.auroc ?? NaN, 0.75, 1e-12);
  assert.equal(reliability.n, 12);
  assert.deepEqual(
    reliability.bins.map(({ low, n, accuracy }) => [low, n, accuracy]),
    [[0.7, 12, 0.75]],
  );
});

test('the course shades bursts, marks versions, and carries estimates where labels are missing', () => {
  const answers = Array.from({ length: 40 }, (_, i) =>
    input(
      'answer',
      stated(i, 0.5, {
        gate: reading(
          i >= 10 && i < 15
            ? { burst: 1, incident: 1, alarm: i === 10 }
            : { incident: i < 10 ? 0 : 1 },
        ),
        published: { value: 0.5, source: 's', adapterVersion: i < 20 ? 0 : 3 },
      }),
    ),
  );
  const { course, drift, head } = show(answers);
  assert.deepEqual(
    course.bursts.map(({ burst, from, to }) => [burst, from, to]),
    [[1, 10, 14]],
  );
  assert.deepEqual(course.changes, [{ index: 20, version: 3 }]);
  assert.equal(course.points.at(-1)?.ece, null);
  assert.equal(course.points.at(-1)?.estimated, 0.5);
  assert.deepEqual(drift.incidents, [{ index: 10, incident: 1 }]);
  assert.deepEqual(drift.alarms, [10]);
  assert.equal(drift.lines.length, 1);
  assert.equal(drift.lines[0]?.points[0]?.[1], 0.25);
  assert.equal(head.incidents, 1);
  // 39 steps of one second.
  assert.equal(head.questionsPerSecond, 1);
});

test('lists are newest first, with what is known by now', () => {
  const view = show([
    input('answer', answerOf(0)),
    input('answer', answerOf(1, { questionId: '$(x)' })),
    labelInput(0, true),
    input('window', windowOf({ ordinal: 0 })),
    input('window', windowOf({ ordinal: 1 })),
    input('dead-letter', letterOf({ sourceOffset: 1 })),
    input('dead-letter', letterOf({ sourceOffset: 2 })),
  ]);
  assert.deepEqual(
    view.answers.map(({ index, correct, trace }) => [index, correct, trace]),
    [
      [1, null, null],
      [0, true, 'secl trace q0'],
    ],
  );
  assert.deepEqual(
    view.windows.map(({ ordinal, ece }) => [ordinal, ece]),
    [
      [1, 0.25],
      [0, 0.25],
    ],
  );
  assert.deepEqual(
    view.deadLetters.letters.map(({ offset }) => offset),
    [2, 1],
  );
});

test('a snapshot of a full view stays below half a megabyte', () => {
  const hostile = '\u202e<script>'.repeat(10_000);
  let state = EMPTY_DASHBOARD;
  for (let i = 0; i < 2500; i++) {
    const answer = stated(i, (i % 100) / 100, {
      questionId: `${hostile}${i}`,
      text: hostile,
      extracted: hostile,
      domain: `${i}${hostile}`,
      gate: reading({ burst: 1 + Math.floor(i / 4), incident: i, alarm: true }),
    });
    const letter = letterOf({ code: `${i}${hostile}`, reason: hostile });
    state = stepDashboard(
      state,
      [input('answer', answer), input('dead-letter', letter)],
      byVerdict,
    );
  }
  const bytes = Buffer.byteLength(JSON.stringify(showDashboard(state, options)));
  assert.ok(bytes < 500_000, String(bytes));
});

test('whatever a record may hold, it can be shown', () => {
  // Bytes that are no records are counted by the reader; the codecs are asked for one that is empty.
  assert.equal(openRecordCodecs().answer.decode(new Uint8Array()).ok, false);
  assert.doesNotThrow(() =>
    show([
      input('answer', stated(0, -1, { answeredAtMs: -1e308, durationMs: Infinity })),
      input(
        'answer',
        stated(1, 2, { gate: reading({ statistics: { __proto__x: NaN }, incident: -5 }) }),
      ),
      input('window', windowOf({ metrics: [], accuracy: NaN })),
      input('unreadable', 'qa.answers'),
    ]),
  );
});
