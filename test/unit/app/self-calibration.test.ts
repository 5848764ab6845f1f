import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createStandInLanguageModel } from '../../../src/adapters/memory/stand-in-language-model.ts';
import { type ReplayResult } from '../../../src/app/replay.ts';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { isTrialCode } from '../../../src/learning/end-trial.ts';
import type { AdapterRecord } from '../../../src/events/adapter.ts';
import type { Answer } from '../../../src/events/answer.ts';
import type { Feedback } from '../../../src/events/feedback.ts';
import type { Question } from '../../../src/events/question.ts';
import type { TrainingBatch } from '../../../src/events/training-batch.ts';
import type { PartitionCommit } from '../../../src/ports/broker.ts';
import type { Decoded } from '../../../src/ports/record-codec.ts';
import { trainingTarget } from '../../../src/secl/training-target.ts';
import { EMPTY_PROBE } from '../../../src/secl/truth-probe.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { ANY_LINEAGE } from '../../../src/events/adapter-decision.ts';
import { adapterDecision, adapterRecord } from '../../support/adapter-run.ts';
import { question } from '../../support/secl-fixture.ts';
import {
  topology,
  OFF,
  ASYNC,
  codecs,
  QUESTIONS,
  disk,
  run,
  read,
  lastingAnswer,
  lastingAdapter,
  lasting,
} from '../../support/loop-run.ts';

describe('the self-calibrating loop, with a stand-in for model and trainer', () => {
  const kept = disk();
  const commits: PartitionCommit[] = [];
  let whole: ReplayResult;
  let batches: TrainingBatch[];

  before(async () => {
    whole = await run({
      on: kept,
      onCommit: (commit) => {
        commits.push(commit);
      },
    });
    batches = await read(kept.broker, topology.topics.trainingBatches, codecs.trainingBatch);
  });

  it('gives every question one answer, or a dead letter', () => {
    assert.equal(whole.complete, true);
    assert.deepEqual(
      whole.answers.map(({ questionId }) => questionId),
      QUESTIONS.filter(({ id }) => id !== 'q9').map(({ id }) => id),
    );
    assert.equal(whole.deadLetters.length, 1);
  });

  it('makes training batches, an adapter of each, and decides about every one in turn', () => {
    assert.ok(batches.length >= 4, `${batches.length} batches`);
    assert.deepEqual(
      batches.map(({ ordinal }) => ordinal),
      batches.map((_, i) => i + 1),
    );
    // The last batch is trained after the last question, which decides about nothing any more.
    const settled = whole.decisions.filter(({ code }) => !isTrialCode(code));
    const versions = settled.map(({ version }) => version);
    assert.deepEqual(
      versions,
      versions.map((_, i) => i + 1),
    );
    assert.ok(batches.length - versions.length <= 1);
    assert.ok(whole.decisions.some(({ decision }) => decision === 'accepted'));
    assert.deepEqual(
      whole.adapters.map(({ version, batchId }) => [version, batchId]),
      versions.map((version) => [version, batches[version - 1]?.batchId]),
    );
    const accepted = settled.filter(({ decision }) => decision === 'accepted');
    assert.ok(accepted.every(({ code }) => code === 'ON_TRIAL'));
    for (const { version, activeVersion } of accepted) assert.equal(activeVersion, version);
  });

  it('commits answers, batches, adapters and decisions together', () => {
    const { topics } = topology;
    const count = (commit: PartitionCommit, topic: string): number =>
      commit.records.filter((record) => record.topic === topic).length;
    assert.equal(commits.length, 8);
    assert.equal(count(commits[0] as PartitionCommit, topics.adapterDecisions), 0);
    for (const [i, commit] of commits.entries()) {
      const earlier = commits[i - 1];
      const awaited = earlier === undefined ? 0 : count(earlier, topics.trainingBatches);
      const trials = count(commit, topics.adapterDecisions) - awaited;
      assert.ok(trials === 0 || trials === 1, `commit ${i}`);
      assert.ok(count(commit, topics.answers) >= 3);
      assert.ok(commit.state.has('learning/tally') && commit.state.has('gate/state'));
    }
  });

  it('publishes a confidence that no adapter trained with its question had a part in', () => {
    const trainedIn = new Map<string, number>();
    for (const { ordinal, samples } of batches)
      for (const { questionId } of samples)
        trainedIn.set(questionId, Math.min(ordinal, trainedIn.get(questionId) ?? Infinity));
    let under = 0;
    for (const { questionId, published } of whole.answers) {
      assert.ok(published.adapterVersion < (trainedIn.get(questionId) ?? Infinity), questionId);
      if (published.adapterVersion > 0) under += 1;
    }
    assert.ok(under >= 8, 'adapters did act');
    for (const { samples } of batches)
      for (const { questionId, confidence } of samples) {
        const answer = whole.answers.find((candidate) => candidate.questionId === questionId);
        assert.equal(confidence, answer?.published.value, 'taught is what was published');
      }
  });

  it('names the adapter that was decided to act when the question came', () => {
    let active = 0;
    let decided = 0;
    let head: Decoded<AdapterRecord> | null = null;
    for (const commit of commits) {
      const { topics } = topology;
      for (const { topic } of commit.records)
        if (topic === topics.adapterDecisions)
          active = whole.decisions[decided++]?.activeVersion ?? NaN;
      for (const { topic, key, value } of commit.records)
        if (
          topic === topics.adapters &&
          new TextDecoder().decode(key ?? undefined).endsWith('/head')
        )
          head = value === null ? null : codecs.adapter.decode(value);
      assert.equal(head?.ok === true ? head.value.version : 0, active, 'the head is what acts');
      for (const { topic, value } of commit.records) {
        if (topic !== topics.answers || value === null) continue;
        const answer = codecs.answer.decode(value);
        assert.ok(answer.ok);
        assert.equal(answer.value.published.adapterVersion, active);
      }
    }
  });

  it('asks the first questions under an adapter under the one before, too, and ends its trial by them', () => {
    const { trialQuestions, maxHeldOutRise, maxMeanShift } = topology.training.guard;
    const ends = whole.decisions.filter(({ code }) => isTrialCode(code));
    assert.ok(ends.some(({ decision }) => decision === 'accepted'));
    assert.ok(ends.some(({ decision }) => decision === 'rolled-back'));
    for (const { version, decision, activeVersion } of ends) {
      const under = whole.answers.filter(({ published }) => published.adapterVersion === version);
      const tried = under.filter(({ previousConfidence }) => previousConfidence !== null);
      assert.deepEqual(tried, under.slice(0, tried.length), 'the first ones');
      assert.ok(tried.length === trialQuestions || tried.length === under.length);
      const mean = (of: (answer: Answer) => number): number =>
        tried.reduce((sum, answer) => sum + of(answer), 0) / tried.length;
      const targetOf = (answer: Answer): number =>
        trainingTarget(answer, topology.training.target, EMPTY_PROBE) ?? NaN;
      const error = (confidence: (answer: Answer) => number): number =>
        mean((answer) => Math.abs(confidence(answer) - targetOf(answer)));
      const now = ({ published }: Answer): number => published.value ?? NaN;
      const before = ({ previousConfidence }: Answer): number => previousConfidence ?? NaN;
      const worse =
        error(now) - error(before) > maxHeldOutRise ||
        Math.abs(mean(now) - mean(before)) > maxMeanShift;
      assert.equal(decision, worse ? 'rolled-back' : 'accepted', `version ${version}`);
      const parent = whole.adapters.find((adapter) => adapter.version === version)?.parentVersion;
      assert.equal(activeVersion, worse ? parent : version);
    }
    const base = whole.answers.filter(({ published }) => published.adapterVersion === 0);
    assert.ok(base.every(({ previousConfidence }) => previousConfidence === null));
  });

  it('publishes the same with and without a trial, as long as none is failed, but for what it says of it', async () => {
    const guard = { ...topology.training.guard, maxMeanShift: 1, maxHeldOutRise: 1 };
    const of = (trialQuestions: number): Topology => ({
      ...topology,
      training: { ...topology.training, guard: { ...guard, trialQuestions } },
    });
    const [tried, untried] = await Promise.all([
      run({ topology: of(8) }),
      run({ topology: of(0) }),
    ]);
    const shown = ({ previousConfidence: _, forwardTokens: __, ...rest }: Answer): unknown =>
      lastingAnswer(rest as Answer);
    assert.deepEqual(tried.answers.map(shown), untried.answers.map(shown));
    assert.deepEqual(tried.adapters.map(lastingAdapter), untried.adapters.map(lastingAdapter));
    assert.ok(untried.decisions.every(({ code }) => code === 'none'));
    // A position a question: the digit's own, under the other adapter.
    tried.answers.forEach(({ previousConfidence, forwardTokens }, i) => {
      const extra = forwardTokens.total - (untried.answers[i]?.forwardTokens.total ?? NaN);
      assert.equal(extra, previousConfidence === null ? 0 : 1);
    });
    assert.ok(tried.answers.some(({ previousConfidence }) => previousConfidence !== null));
  });

  it('changes published confidences and nothing else: answers and scores are those without a loop', async () => {
    const without = await run({ topology: OFF });
    assert.deepEqual([without.adapters, without.decisions], [[], []]);
    // With an adapter in place the confidence is asked for twice, with it and without.
    const base = ({
      published: _,
      previousConfidence: __,
      forwardTokens,
      ...answer
    }: Answer): unknown => [
      lastingAnswer(answer as Answer),
      forwardTokens.answer,
      forwardTokens.scoring,
    ];
    assert.deepEqual(whole.answers.map(base), without.answers.map(base));
    const moved = whole.answers.filter(
      ({ published }, i) => published.value !== without.answers[i]?.published.value,
    );
    assert.ok(moved.length >= 8, `${moved.length} confidences moved`);
    for (const { published } of moved) assert.ok(published.adapterVersion > 0);
  });

  it('is the same bit for bit when it is run again', async () => {
    const again = disk();
    assert.deepEqual(lasting(await run({ on: again })), lasting(whole));
    assert.deepEqual(
      await read(again.broker, topology.topics.trainingBatches, codecs.trainingBatch),
      batches,
    );
    assert.deepEqual([...again.store.kept.keys()], [...kept.store.kept.keys()]);
  });

  it('is the same with a model that another run left an adapter in', async () => {
    const model = createStandInLanguageModel({ contextLength: 2600 });
    await run({ model });
    assert.deepEqual(lasting(await run({ model })), lasting(whole));
  });

  it('keeps what a folder holds of another base model out of its own tables', async () => {
    const on = disk();
    const [own] = whole.adapters;
    assert.ok(own);
    const { topics } = topology;
    const foreign = { ...own, lineage: 'another', version: 1, sha256: 'f'.repeat(64) };
    const decision = {
      ...(whole.decisions[0] ?? assert.fail()),
      lineage: 'another',
      decision: 'frozen' as const,
      code: 'none',
    };
    const bytes = new TextEncoder().encode('another');
    await on.broker.ensureTopics([
      { name: topics.adapters, compacted: true },
      { name: topics.adapterDecisions },
    ]);
    await on.broker.append([
      { topic: topics.adapters, key: bytes, value: codecs.adapter.encode(foreign) },
      {
        topic: topics.adapterDecisions,
        key: bytes,
        value: codecs.adapterDecision.encode(decision),
      },
    ]);
    assert.deepEqual(lasting(await run({ on })), lasting(whole));
    // Resumed, it looks up the adapter that acts by its version, which the other lineage has too.
    assert.deepEqual(lasting(await run({ on })), lasting(whole));
  });

  it('trains nothing after a freeze that came before any adapter, and so knew of no lineage', async () => {
    const on = disk();
    const topic = topology.topics.adapterDecisions;
    const decision = adapterDecision({ lineage: ANY_LINEAGE, version: 0, decision: 'frozen' });
    await on.broker.ensureTopics([{ name: topic }]);
    await on.broker.append([
      { topic, key: new Uint8Array(), value: codecs.adapterDecision.encode(decision) },
    ]);
    const frozen = await run({ on });
    assert.equal(frozen.complete, true);
    assert.deepEqual(
      await read(on.broker, topology.topics.trainingBatches, codecs.trainingBatch),
      [],
    );
  });

  it('gives no batch the number of a version that was imported', async () => {
    const on = disk();
    const [first] = whole.adapters;
    assert.ok(first);
    const { lineage } = first;
    const { adapters, adapterDecisions } = topology.topics;
    const imported = adapterRecord({ lineage, version: 1, batchId: null });
    const decision = adapterDecision({ lineage, decision: 'imported', activeVersion: 0 });
    const key = new TextEncoder().encode(`${lineage}/1`);
    await on.broker.ensureTopics([{ name: adapters, compacted: true }, { name: adapterDecisions }]);
    await on.broker.append([
      { topic: adapters, key, value: codecs.adapter.encode(imported) },
      { topic: adapterDecisions, key, value: codecs.adapterDecision.encode(decision) },
    ]);
    const result = await run({ on });
    const made = await read(on.broker, topology.topics.trainingBatches, codecs.trainingBatch);
    assert.deepEqual(
      made.map(({ ordinal }) => ordinal),
      batches.map(({ ordinal }) => ordinal + 1),
    );
    assert.equal(result.adapters[0]?.batchId, null);
  });

  it('is the same after a cut before or after any of its commits', async () => {
    for (let cut = 0; cut < commits.length; cut++)
      for (const side of ['before', 'after'] as const) {
        const on = disk();
        const abort = new AbortController();
        let count = 0;
        const aborted = run({
          on,
          abort: abort.signal,
          onCommit: () => {
            if (count++ !== cut) return;
            if (side === 'before') {
              abort.abort();
              throw new Error('the machine is gone');
            }
            // The commit is under way when the signal fires.
            setImmediate(() => {
              abort.abort();
            });
          },
        });
        const first = await aborted.catch(() => null);
        if (first !== null) assert.equal(cut, commits.length - 1, 'it was not cut');
        const resumed = await run({ on });
        assert.deepEqual(lasting(resumed), lasting(whole), `cut ${side} commit ${cut}`);
        assert.deepEqual(
          await read(on.broker, topology.topics.trainingBatches, codecs.trainingBatch),
          batches,
        );
      }
  });

  it('never sees a label: others, or none, leave all of it the same', async () => {
    const label = ({ id }: Question): Feedback => ({
      questionId: id,
      acceptedAnswers: ['blue'],
      correct: true,
      labelledAtMs: 0,
    });
    assert.deepEqual(lasting(await run({ label })), lasting(whole));
  });

  it('goes on with the adapter before where training fails, and rests in the end', async () => {
    const failed = new SeclError('TRAINING_FAILED', 'not today');
    const result = await run({
      trainer: (usual) => ({ ...usual, train: () => Promise.reject(failed) }),
    });
    assert.equal(result.answers.length, QUESTIONS.length - 1);
    assert.deepEqual(result.adapters, []);
    assert.deepEqual(
      result.decisions.map(({ decision, code, activeVersion }) => [decision, code, activeVersion]),
      Array<unknown>(topology.training.guard.refusals).fill(['refused', 'TRAINING_FAILED', 0]),
    );
  });

  it('ends with the trainer’s error where the machine fails', async () => {
    const broken = run({
      trainer: (usual) => ({ ...usual, train: () => Promise.reject(new Error('on fire')) }),
    });
    await assert.rejects(broken, /on fire/);
  });

  it('without waiting answers on while adapters are trained, and publishes no less prequentially', async () => {
    const on = disk();
    const result = await run({
      on,
      topology: ASYNC,
      trainer: (usual) => ({
        ...usual,
        train: async (batch, signal) => {
          await setTimeout(5);
          return usual.train(batch, signal);
        },
      }),
    });
    assert.equal(result.answers.length, QUESTIONS.length - 1);
    const made = await read(on.broker, topology.topics.trainingBatches, codecs.trainingBatch);
    assert.ok(made.length >= 1);
    for (const { ordinal, samples } of made)
      for (const { questionId } of samples) {
        const answer = result.answers.find((candidate) => candidate.questionId === questionId);
        assert.ok((answer?.published.adapterVersion ?? NaN) < ordinal);
      }
  });

  it('without waiting takes a commit that is slow as it comes', async () => {
    const result = await run({ topology: ASYNC, onCommit: () => setTimeout(20) });
    assert.equal(result.answers.length, QUESTIONS.length - 1);
  });

  it('is ended by no question, however odd, while it learns', async () => {
    const odd: readonly Partial<Question>[] = [
      { domain: '\u0001'.repeat(60_000) },
      { domain: '\u0002'.repeat(60_000) },
      { id: 'i'.repeat(12_000), text: 'What is it?' },
      { text: 'x'.repeat(6000) },
      { givenAnswer: { text: 'blue', tokenLogProbabilities: null } },
      { givenAnswer: { text: 'blue', tokenLogProbabilities: [-0.5] } },
    ];
    const questions = Array.from({ length: 5 }, (_, round) =>
      odd.flatMap((over, i) => [
        question({ id: `odd ${round} ${i}`, ...over }),
        question({ id: `fine ${round} ${i}` }),
      ]),
    ).flat();
    const domains: Topology['training'] = { ...topology.training, accumulation: 'domain' };
    for (const training of [topology.training, domains]) {
      const result = await run({ questions, topology: { ...topology, training } });
      assert.equal(result.complete, true);
      const fine = result.answers.filter(({ questionId }) => questionId.startsWith('fine'));
      assert.equal(fine.length, 5 * odd.length);
      assert.ok(result.decisions.length >= 2);
    }
  });
});
