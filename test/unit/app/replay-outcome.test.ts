import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTopology } from '../../../src/app/load-topology.ts';
import { replayOutcome } from '../../../src/app/replay-outcome.ts';
import type { Answer } from '../../../src/events/answer.ts';
import type { DeadLetter } from '../../../src/events/dead-letter.ts';
import type { Feedback } from '../../../src/events/feedback.ts';
import { missingScore, presentScore } from '../../../src/secl/score-of.ts';
import { matchFeedback } from '../../../src/streams/match-feedback.ts';
import { adapterDecision, adapterRecord } from '../../support/adapter-run.ts';
import { assertClose } from '../../support/assert-close.ts';
import { ORIGIN } from '../../support/secl-fixture.ts';

const topology = await loadTopology();

let offset = 0;

function answer(id: string, confidence: number | null, extracted: string | null): Answer {
  const score =
    confidence === null
      ? missingScore('verbalized', 'none', ORIGIN)
      : presentScore('verbalized', confidence, ORIGIN, { normalization: 'digits' });
  return {
    questionId: id,
    sourcePartition: 0,
    sourceOffset: (offset += 10),
    domain: 'colours',
    style: 'short',
    extracted,
    scores: [score],
    gate: null,
    published: { value: confidence, source: 'verbalized', adapterVersion: 0 },
    forwardTokens: { answer: 5, confidence: 3, scoring: 2, training: 0, total: 10 },
  } as unknown as Answer;
}

const label = (id: string): Feedback => ({
  questionId: id,
  acceptedAnswers: ['blue'],
  correct: null,
  labelledAtMs: 0,
});

test('answers are matched with their labels and summed up; what is missing stays missing', () => {
  // A dead letter stands third in the stream, between b and c.
  const answers = [
    answer('a', 0.95, 'blue'),
    answer('b', 0.95, 'red'),
    answer('c', null, 'blue'),
    answer('d', 0.5, 'blue'),
    answer('e', 0.05, null),
  ];
  const { rows, summary } = replayOutcome(
    {
      answers,
      deadLetters: [{ sourceOffset: 25 } as DeadLetter],
      adapters: [],
      decisions: [],
      complete: true,
    },
    // The third line is the dead letter's; d has no label.
    [label('a'), label('b'), label('bad'), label('c'), null, label('e')],
    matchFeedback,
    topology,
  );
  assert.deepEqual(
    rows.map(({ index, correct, confidences }) => [index, correct, confidences]),
    [
      [0, true, { verbalized: 0.95, published: 0.95 }],
      [1, false, { verbalized: 0.95, published: 0.95 }],
      [3, true, { verbalized: null, published: null }],
      [4, null, { verbalized: 0.5, published: 0.5 }],
      [5, false, { verbalized: 0.05, published: 0.05 }],
    ],
  );
  assert.deepEqual([summary.questions, summary.answered, summary.deadLettered], [6, 5, 1]);
  assert.deepEqual(summary.forwardTokens, {
    answer: 25,
    confidence: 15,
    scoring: 10,
    training: 0,
    total: 50,
  });
  // The default topology asks for as many resamples and simulations.
  const { interval, floorSimulations } = summary.definition;
  assert.deepEqual([interval.resamples, floorSimulations], [1000, 200]);
  // Three answers have a confidence and a label: 2/3 · |0.5 − 0.95| + 1/3 · 0.05.
  assertClose(summary.pooled.published?.ece, 0.95 / 3, 1e-12);
});

test('the topology sets bins, resamples and simulations of the numbers, or leaves band and floor out', () => {
  // Twenty rows, the fewest that get a band.
  const answers = Array.from({ length: 20 }, (_, i) => answer(`q${i}`, 0.5, 'blue'));
  const labels = answers.map(({ questionId }) => label(questionId));
  const outcome = { answers, deadLetters: [], adapters: [], decisions: [], complete: true };
  const summaryWith = (calibration: Partial<typeof topology.calibration>) =>
    replayOutcome(outcome, labels, matchFeedback, {
      ...topology,
      calibration: { ...topology.calibration, ...calibration },
    }).summary;
  const { definition } = summaryWith({ bins: 7, bootstrap: 30, simulations: 40 });
  assert.deepEqual(
    [definition.bins, definition.interval.resamples, definition.floorSimulations],
    [7, 30, 40],
  );
  const { published } = summaryWith({ bootstrap: 0, simulations: 0 }).pooled;
  assert.deepEqual([published.eceInterval, published.eceFloor], [null, null]);
});

test('gate and adapters are counted where the topology trains, and rows say under what they were answered', () => {
  const gate = {
    burst: 2,
    positionInBurst: 1,
    incident: 3,
    alarm: true,
    statistics: {},
    thresholds: {},
  };
  const before = answer('a', 0.5, 'blue');
  const after: Answer = {
    ...answer('b', 0.5, 'blue'),
    gate,
    published: { value: 0.5, source: 'verbalized', adapterVersion: 1 },
  };
  const result = {
    answers: [before, after],
    deadLetters: [],
    adapters: [adapterRecord()],
    decisions: [adapterDecision()],
    complete: true,
  };
  const outcome = replayOutcome(result, [label('a'), label('b')], matchFeedback, topology);
  assert.deepEqual(outcome.summary.loop, {
    ...{ gate: 'drift', bursts: 1, questionsInBursts: 1, incidents: 3, alarms: 1 },
    adapters: { accepted: 1, refused: 0, rolledBack: 0, active: 1 },
  });
  assert.deepEqual(
    outcome.rows.map(({ burst, incident, adapterVersion }) => [burst, incident, adapterVersion]),
    [
      [0, 0, 0],
      [2, 3, 1],
    ],
  );
  assert.deepEqual(
    outcome.adapters.map(({ version, active }) => [version, active]),
    [[1, true]],
  );
  const off = { ...topology, training: { ...topology.training, mode: 'off' as const } };
  assert.equal(replayOutcome(result, [null, null], matchFeedback, off).summary.loop, null);
});

test('the summary says whether the run was complete', () => {
  for (const complete of [true, false]) {
    const result = {
      answers: [answer('a', 0.5, 'blue')],
      deadLetters: [],
      adapters: [],
      decisions: [],
      complete,
    };
    const { summary } = replayOutcome(result, [label('a')], matchFeedback, topology);
    assert.equal(summary.complete, complete);
  }
});

test('questions whose answers are not there any more do not count as trained on', () => {
  const result = {
    answers: [answer('one', 0.5, 'blue')],
    deadLetters: [],
    // The adapter of version 1 knows question two as well.
    adapters: [adapterRecord()],
    decisions: [adapterDecision()],
    complete: false,
  };
  const { summary } = replayOutcome(result, [label('one')], matchFeedback, topology);
  assert.equal(summary.trainedFraction, 1);
});
