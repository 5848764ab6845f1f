import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assembleBatch } from '../../../src/learning/assemble-batch.ts';
import { learningEntries } from '../../../src/learning/learning-entries.ts';
import { newTrial } from '../../../src/learning/adapter-trial.ts';
import type { LearningState } from '../../../src/learning/learning-state.ts';
import type { LearningOptions } from '../../../src/learning/learning-options.ts';
import { stateBytes } from '../../../src/learning/newest-within.ts';
import { observeAnswer } from '../../../src/learning/observe-answer.ts';
import { presentScore } from '../../../src/secl/score-of.ts';
import type { WrittenAnswer } from '../../../src/secl/work.ts';
import {
  learningOptions,
  learningState,
  manyRemembered,
  spokenAnswer,
} from '../../support/learning-fixture.ts';
import { ORIGIN } from '../../support/secl-fixture.ts';

/** What brokers take, less what a commit adds. */
const LARGEST = 1_000_000;

const ACTIVE = { version: 3, sha256: '3'.repeat(64), optimizerSha256: null };

/** Shows answers to a state, one after the other. */
function observe(
  answers: readonly (readonly [answer: WrittenAnswer, burst: number])[],
  over: Partial<LearningOptions> = {},
  from: LearningState = learningState(),
): LearningState {
  return answers.reduce(
    (state, [answer, burst]) =>
      observeAnswer(
        state,
        { answer, spoken: answer.spoken, burst, key: `key of ${answer.question.id}` },
        learningOptions(over),
      ),
    from,
  );
}

const freshIds = (state: LearningState): string[] =>
  state.fresh.map(({ sample }) => sample.questionId);
const heldOutIds = (state: LearningState): string[] =>
  state.heldOut.map(({ sample }) => sample.questionId);

/** An answer with a P(True), and distractors of theirs. */
function judgedAnswer(id: string, pTrue: number, rivals: readonly number[]): WrittenAnswer {
  return spokenAnswer(id, 0.4, null, {
    scores: [
      presentScore('answerProbability', 0.9, ORIGIN, { normalization: 'none' }),
      presentScore('pTrue', pTrue, ORIGIN, { normalization: 'true-false' }),
    ],
    distractors: rivals.map((rival) => ({
      text: 'Oslo',
      tokenIds: [1],
      firstLogProbability: -1,
      pTrue: rival,
      trueMass: rival,
      falseMass: 1 - rival,
      weight: 1,
    })),
  });
}

describe('observing an answer', () => {
  it('outside a burst counts it, and learns nothing', () => {
    const state = observe([
      [spokenAnswer('q0', 0.4, 0.9), 0],
      [spokenAnswer('q1', 0.4, 0.9), 0],
    ]);
    assert.deepEqual(state, learningState({ answered: 2 }));
  });

  it('in a burst makes a sample of it, with its prompt as it was asked', () => {
    const state = observe([[spokenAnswer('q0', 0.4, 0.9), 1]]);
    assert.deepEqual(state.fresh, [
      {
        sample: {
          questionId: 'q0',
          tokenIds: [7, 8, 9],
          adaptFrom: 2,
          target: 0.9,
          confidence: 0.4,
          role: 'new',
        },
        key: 'key of q0',
      },
    ]);
    assert.deepEqual([state.burst, state.answered, state.heldOut], [1, 1, []]);
  });

  it('trains on it only if its target is further away than the least gap, on either side', () => {
    // Fractions of two: their differences are exact, so that exactly the least gap is not beyond it.
    const state = observe(
      [
        [spokenAnswer('at', 0.5, 0.75), 1],
        [spokenAnswer('above', 0.5, 0.75 + 2 ** -40), 1],
        [spokenAnswer('below', 0.5, 0.25 - 2 ** -40), 1],
        [spokenAnswer('near', 0.5, 0.5), 1],
      ],
      { minimumGap: 0.25, guard: { ...learningOptions().guard, heldOutEvery: 100 } },
    );
    assert.deepEqual(freshIds(state), ['above', 'below']);
    assert.deepEqual(state.heldOut, []);
  });

  // 0.7 from 0.6 is 0.09999999999999998 in floating point, and 0.8 from 0.7 is 0.10000000000000009.
  it('takes a gap of one bin for one bin, on whichever side rounding puts it', () => {
    const tenths = Array.from({ length: 10 }, (_, i) => i);
    const exactly = tenths.flatMap((i) => [
      [spokenAnswer(`up ${i}`, i / 10, (i + 1) / 10), 1] as const,
      [spokenAnswer(`down ${i}`, (i + 1) / 10, i / 10), 1] as const,
    ]);
    const guard = { ...learningOptions().guard, heldOutEvery: 100 };
    assert.deepEqual(freshIds(observe(exactly, { minimumGap: 0.1, guard })), []);
    const beyond = tenths
      .slice(2)
      .map((i) => [spokenAnswer(`beyond ${i}`, i / 10, (i - 1) / 10 - 1e-9), 1] as const);
    assert.equal(freshIds(observe(beyond, { minimumGap: 0.1, guard })).length, beyond.length);
  });

  // Those near their target were watched once: whatever an adapter did, they could only move away from it.
  it('holds every fourth out, whatever its distance from the target, and trains on none of them', () => {
    const state = observe(
      Array.from({ length: 9 }, (_, i) => [spokenAnswer(`q${i}`, 0.4, i === 7 ? 0.4 : 0.9), 1]),
    );
    assert.deepEqual(
      state.heldOut.map(({ sample, key }) => [sample.questionId, sample.role, key]),
      [
        ['q3', 'held-out', 'key of q3'],
        ['q7', 'held-out', 'key of q7'],
      ],
    );
    assert.deepEqual(freshIds(state), ['q0', 'q1', 'q2', 'q4', 'q5', 'q6', 'q8']);
  });

  it('takes no more of one key than it may have, to train on or to watch', () => {
    // Every fourth of 24 is watched: 6, of which one key may have 3, as of the 18 others.
    const flood = Array.from({ length: 24 }, (_, i) => spokenAnswer(`q${i}`, 0.4, 0.9));
    const from = (key: (i: number) => string): LearningState =>
      flood.reduce(
        (state, answer, i) =>
          observeAnswer(
            state,
            { answer, spoken: answer.spoken, burst: 1, key: key(i) },
            learningOptions(),
          ),
        learningState(),
      );
    const one = from(() => 'loud');
    assert.deepEqual(
      [freshIds(one), heldOutIds(one)],
      [
        ['q0', 'q1', 'q2'],
        ['q3', 'q7', 'q11'],
      ],
    );
    const many = from((i) => `key ${i}`);
    assert.deepEqual([many.fresh.length, many.heldOut.length], [18, 6]);
  });

  it('counts what was asked under both adapters as evidence of a trial, in a burst or not', () => {
    const trial = newTrial(3);
    const tried = (
      id: string,
      previous: number | null,
      probability: number | null,
    ): WrittenAnswer => {
      const answer = spokenAnswer(id, 0.5, probability);
      return { ...answer, spoken: answer.spoken && { ...answer.spoken, previous } };
    };
    const state = observe(
      [
        [tried('outside', 0.25, 0.75), 0],
        [tried('unasked', null, 0.75), 0],
        [tried('untargeted', 1, null), 1],
      ],
      {},
      learningState({ trial }),
    );
    assert.deepEqual(state.trial, {
      left: 1,
      asked: 2,
      aimed: 1,
      confidence: { before: 1.25, after: 1 },
      error: { before: 0.5, after: 0.25 },
    });
    assert.equal(observe([[tried('none', 0.25, 0.75), 0]]).trial, null);
    const afresh = observe(
      [[tried('q', 0.25, 0.75), 2]],
      { accumulation: 'burst' },
      learningState({ trial, burst: 1 }),
    );
    assert.equal(afresh.trial, null, 'the adapter on trial is gone');
  });

  it('makes nothing of an answer without a confidence or a signal, or one cut by its limit', () => {
    const state = observe([
      [spokenAnswer('unspoken', null, 0.9), 1],
      [spokenAnswer('unscored', 0.4, null), 1],
      [spokenAnswer('cut', 0.4, 0.9, { finishReason: 'length' }), 1],
    ]);
    assert.deepEqual([state.fresh, state.heldOut, state.answered], [[], [], 3]);
  });

  it('while frozen learns nothing, and counts on', () => {
    const frozen = learningState({ frozen: true, active: ACTIVE });
    const state = observe([[judgedAnswer('q0', 0.9, [0.5]), 1]], {}, frozen);
    assert.deepEqual(
      [state.fresh, state.heldOut, state.probe.trials, state.answered, state.active],
      [[], [], 0, 1, ACTIVE],
    );
  });

  it('keeps the newest 64 that wait and the newest 16 that are watched', () => {
    const state = observe(
      Array.from({ length: 92 }, (_, i) => [spokenAnswer(`q${i}`, 0.4, 0.9), 1] as const),
    );
    // 92 samples: 23 watched, q3, q7, …, of which the newest 16 begin with the eighth, q31; 69 wait, of which the
    // sixth, q6, is the oldest of the newest 64.
    assert.deepEqual([freshIds(state)[0], freshIds(state).length], ['q6', 64]);
    assert.deepEqual([heldOutIds(state)[0], heldOutIds(state).length], ['q31', 16]);
  });

  // Long prompts made state, and a batch, too large for any broker, which ended the stream.
  it('keeps state and batches within what brokers take, however long prompts, ids and domains are', () => {
    const longest = (i: number, confidence: number): readonly [WrittenAnswer, number] => {
      const domain = '\u0001'.repeat(100_000);
      const answer = spokenAnswer(`q${i}`, confidence, 0.9, {}, domain);
      // 2,400 ids of six digits: the longest prompts of usual settings.
      const promptIds = Array.from({ length: 2400 }, () => 151_643);
      return [{ ...answer, spoken: answer.spoken && { ...answer.spoken, promptIds } }, 1];
    };
    const far = Array.from({ length: 70 }, (_, i) => longest(i, 0.4));
    const near = Array.from({ length: 20 }, (_, i) => longest(70 + i, 0.9));
    const full = observe([...far, ...near]);
    assert.ok(full.fresh.length >= 8 && full.heldOut.length >= 4, 'there is some of each');
    const memory = full.fresh.slice(0, 16);
    const options = learningOptions();
    const { state, batch } = assembleBatch({ ...full, memory }, options, () => 'id');
    assert.ok(stateBytes(batch) < LARGEST);
    const again = observe([...far, ...near], {}, state);
    assert.ok(again.awaiting !== null && again.fresh.length >= 8);
    for (const value of learningEntries(learningState(), again).values())
      assert.ok((value?.length ?? 0) < LARGEST);
  });

  it('takes no sample whose id or key is a burden, and goes on', () => {
    const state = [
      { id: 'i'.repeat(16_000), key: 'k' },
      { id: 'q1', key: '\u0001'.repeat(16_000) },
      { id: 'q2', key: 'k' },
    ].reduce((before, { id, key }) => {
      const usual = spokenAnswer('q', 0.4, 0.9);
      const answer = { ...usual, question: { ...usual.question, id } };
      const promptIds = Array.from({ length: 2400 }, () => 151_643);
      const spoken = answer.spoken && { ...answer.spoken, promptIds };
      return observeAnswer(before, { answer, spoken, burst: 1, key }, learningOptions());
    }, learningState());
    assert.deepEqual([freshIds(state), state.answered], [['q2'], 3]);
  });

  it('probes P(True) burst by burst, and watches samples burst by burst', () => {
    const near = (id: string): WrittenAnswer => ({
      ...judgedAnswer(id, 0.8, [0.1, 0.9]),
      spoken: spokenAnswer(id, 0.9, 0.9).spoken,
    });
    const all = { guard: { ...learningOptions().guard, heldOutEvery: 1 } };
    const first = observe(
      [
        [near('q0'), 1],
        [near('q1'), 1],
      ],
      all,
    );
    // 0.8 beats 0.1 and loses to 0.9, twice.
    assert.deepEqual(first.probe, { wins: 2, trials: 4 });
    assert.deepEqual(heldOutIds(first), ['q0', 'q1']);
    const outside = observe([[near('q2'), 0]], all, first);
    assert.deepEqual([outside.probe, heldOutIds(outside)], [first.probe, ['q0', 'q1']]);
    const second = observe([[near('q3'), 2]], all, outside);
    assert.deepEqual([second.probe, heldOutIds(second)], [{ wins: 1, trials: 2 }, ['q3']]);
  });

  it('weighs P(True) by what its burst has shown so far, this answer included', () => {
    const target = { signals: ['answerProbability', 'pTrue'], mean: 'arithmetic' } as const;
    const state = observe([[judgedAnswer('q0', 0.2, [0.5, 0.5]), 1]], {
      target: { ...target, weighting: 'probe' },
    });
    // Lost to both: weight 2 · (0 + 1)/(2 + 2) = 0.5, target (0.9 + 0.5 · 0.2)/1.5 = 2/3.
    assert.ok(Math.abs((state.fresh[0]?.sample.target ?? 0) - 2 / 3) < 1e-12);
  });
});

describe('what adds up', () => {
  const from = learningState({
    active: ACTIVE,
    previous: { ...ACTIVE, version: 2 },
    answered: 40,
    burst: 1,
    domain: 'a',
    memory: manyRemembered(3, 'old'),
    fresh: manyRemembered(2, 'waiting'),
  });
  const after = (
    accumulation: LearningOptions['accumulation'],
    domain: string,
    burst: number,
  ): LearningState =>
    observe([[spokenAnswer('q9', 0.4, 0.9, {}, domain), burst]], { accumulation }, from);
  const kept = (state: LearningState): unknown => [
    state.active?.version ?? 0,
    state.previous?.version ?? 0,
    state.memory.length,
    freshIds(state),
  ];
  const ALL = [3, 2, 3, ['waiting0', 'waiting1', 'q9']];
  const NONE = [0, 0, 0, ['q9']];

  it('over the stream: everything, whatever begins', () => {
    assert.deepEqual(kept(after('stream', 'b', 2)), ALL);
  });

  it('over a burst: until the next one begins, whatever the domain', () => {
    assert.deepEqual(kept(after('burst', 'b', 1)), ALL);
    assert.deepEqual(kept(after('burst', 'a', 2)), NONE);
    const outside = after('burst', 'b', 0);
    assert.deepEqual([outside.active, outside.memory.length], [ACTIVE, 3], 'no burst has begun');
  });

  it('over a domain: until another one begins, in a burst or outside', () => {
    assert.deepEqual(kept(after('domain', 'a', 2)), ALL);
    assert.deepEqual(kept(after('domain', 'b', 1)), NONE);
    assert.deepEqual(after('domain', 'b', 0).active, null);
    const first = learningState({ active: ACTIVE });
    const state = observe(
      [[spokenAnswer('q', 0.4, 0.9, {}, 'a'), 1]],
      { accumulation: 'domain' },
      first,
    );
    assert.deepEqual(state.active, ACTIVE, 'the first domain follows none');
  });

  // Emptied, the memory counted on what it had been offered before, and hardly took anything new in.
  it('begins the count of what was offered to the memory afresh with it', () => {
    const counted = { ...from, sampled: 500 };
    const answer = spokenAnswer('q9', 0.4, 0.9, {}, 'b');
    for (const accumulation of ['burst', 'domain', 'question'] as const)
      assert.equal(observe([[answer, 2]], { accumulation }, counted).sampled, 0, accumulation);
    assert.equal(observe([[answer, 2]], { accumulation: 'stream' }, counted).sampled, 500);
  });

  // Only the memory was emptied: updates added up over the stream.
  it('over a question: every question begins afresh; those of its batch wait together', () => {
    assert.deepEqual(kept(after('question', 'a', 1)), [0, 0, 0, ['waiting0', 'waiting1', 'q9']]);
    assert.deepEqual(after('question', 'a', 0).active, null);
  });

  // Without waiting, the adapter of the burst before came after the new one had begun, and acted in it.
  it('outdates a batch under way where a burst or a domain begins afresh', () => {
    const awaiting = { batchId: 'b', ordinal: 4, samples: manyRemembered(2) };
    const training = { ...from, awaiting };
    const answer = spokenAnswer('q9', 0.4, 0.9, {}, 'b');
    const outdated = { batchId: 'b', ordinal: 4, samples: [], outdated: true };
    for (const accumulation of ['burst', 'domain'] as const)
      assert.deepEqual(observe([[answer, 2]], { accumulation }, training).awaiting, outdated);
    for (const accumulation of ['stream', 'question'] as const)
      assert.deepEqual(observe([[answer, 2]], { accumulation }, training).awaiting, awaiting);
  });
});
