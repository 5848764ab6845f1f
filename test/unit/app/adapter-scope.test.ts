import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { loadTopology } from '../../../src/app/load-topology.ts';
import type { ReplayResult } from '../../../src/app/replay.ts';
import type { AdapterScope } from '../../../src/events/adapter-scope.ts';
import type { Answer } from '../../../src/events/answer.ts';
import type { Question } from '../../../src/events/question.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { codecs, disk, lasting, OFF, read, run, topology } from '../../support/loop-run.ts';
import { question } from '../../support/secl-fixture.ts';

/** The stand-in's reasoned answers end in digits, which its adapters act on. */
const QUESTIONS: readonly Question[] = Array.from({ length: 32 }, (_, i) =>
  question({ id: `q${i}`, text: `How many parts has thing ${i}?`, style: 'reasoning' }),
);

const GUARD = { ...topology.training.guard, maxMeanShift: 1, maxHeldOutRise: 1 };
const scoped = (scope: AdapterScope, over: Partial<Topology> = {}): Topology => ({
  ...topology,
  training: { ...topology.training, guard: GUARD },
  scoring: { ...topology.scoring, when: 'always' },
  adapter: { scope },
  ...over,
});

const isAdapted = ({ published }: Answer): boolean => published.adapterVersion > 0;

/** What base weights alone decide about. */
const ofBase = ({ text, tokenIds, scores, distractors, entropyNats }: Answer): unknown => ({
  text,
  tokenIds,
  scores,
  distractors,
  entropyNats,
});

describe('where the adapter acts', () => {
  let base: ReplayResult;
  let whole: ReplayResult;

  before(async () => {
    const off = scoped('position', { training: OFF.training });
    base = await run({ questions: QUESTIONS, topology: off });
    whole = await run({ questions: QUESTIONS, topology: scoped('conversation') });
  });

  for (const scope of ['position', 'turn'] as const)
    it(`at the ${scope} leaves answers, scores and distractors those of base weights, bit for bit`, async () => {
      const result = await run({ questions: QUESTIONS, topology: scoped(scope) });
      assert.ok(result.answers.filter(isAdapted).length >= 8);
      assert.deepEqual(result.answers.map(ofBase), base.answers.map(ofBase));
      assert.notDeepEqual(
        result.answers.map(({ published }) => published.value),
        base.answers.map(({ published }) => published.value),
      );
    });

  it('in the conversation changes answers, P(True) and distractors, from the first adapter on', () => {
    const before = whole.answers.findIndex(isAdapted);
    assert.ok(before > 0 && before < 16, `the first adapter acts at ${before}`);
    assert.deepEqual(
      whole.answers.slice(0, before).map(ofBase),
      base.answers.slice(0, before).map(ofBase),
    );
    const changed = (of: (answer: Answer) => unknown): number =>
      whole.answers.filter(
        (answer, i) => JSON.stringify(of(answer)) !== JSON.stringify(of(base.answers[i] as Answer)),
      ).length;
    assert.ok(changed(({ tokenIds }) => tokenIds) >= 1, 'answers');
    const pTrue = ({ scores }: Answer): unknown =>
      scores.find(({ name }) => name === 'pTrue')?.value;
    assert.ok(changed(pTrue) >= 8, 'P(True)');
    assert.ok(changed(({ distractors }) => distractors) >= 8, 'distractors');
  });

  it('in the conversation every score names the adapter, and no batch is cut across a swap', () => {
    for (const { scores, published } of whole.answers)
      for (const { adapterVersion } of scores)
        assert.equal(adapterVersion, published.adapterVersion);
    const { maxBatch } = topology.batch;
    for (let from = 0; from < whole.answers.length; from += maxBatch) {
      const batch = whole.answers.slice(from, from + maxBatch);
      assert.equal(new Set(batch.map(({ published }) => published.adapterVersion)).size, 1);
    }
    assert.ok(new Set(whole.answers.map(({ published }) => published.adapterVersion)).size >= 3);
  });

  it('in the conversation asks nothing twice: a published score is that score', () => {
    const { published } = topology.confidence;
    for (const answer of whole.answers)
      assert.equal(
        answer.published.value,
        answer.scores.find(({ name }) => name === published)?.value,
      );
  });

  it('in the conversation teaches on all of it, and is the same when it is run again', async () => {
    const on = disk();
    const again = await run({ on, questions: QUESTIONS, topology: scoped('conversation') });
    assert.deepEqual(lasting(again), lasting(whole));
    const { trainingBatches } = topology.topics;
    const batches = await read(on.broker, trainingBatches, codecs.trainingBatch);
    assert.ok(batches.length >= 3);
    for (const { scope, samples } of batches)
      for (const { adaptFrom } of samples)
        assert.deepEqual([scope, adaptFrom], ['conversation', 0]);
  });

  it('in the conversation shows the gate hidden states of base weights, at the price of a pass over the question', async () => {
    // A long burst, in which all may teach, whatever the gate makes of the stream.
    const gate = { ...topology.gate, kind: 'drift', burst: 32, statistics: ['hidden'] } as const;
    const of = (training: Topology['training']): Topology =>
      scoped('conversation', { gate, training, scoring: { ...topology.scoring, when: 'never' } });
    const watched = await run({ questions: QUESTIONS, topology: of(scoped('turn').training) });
    const plain = await run({ questions: QUESTIONS, topology: of(OFF.training) });
    assert.deepEqual(
      watched.answers.map((answer) => answer.gate),
      plain.answers.map((answer) => answer.gate),
    );
    assert.ok(watched.answers.some(isAdapted));
    for (const answer of watched.answers)
      assert.equal(answer.forwardTokens.scoring > 0, isAdapted(answer));
  });

  it('as the paper’s topology has it runs from end to end', async () => {
    const paper = await loadTopology('topologies/secl-paper.yaml');
    const { batch } = topology;
    const { training } = paper;
    const guard = { ...training.guard, maxMeanShift: 1, maxHeldOutRise: 1 };
    const result = await run({
      questions: QUESTIONS,
      topology: { ...paper, batch, training: { ...training, guard } },
    });
    assert.equal(result.answers.length, QUESTIONS.length);
    const adapted = result.answers.filter(isAdapted);
    assert.ok(adapted.length >= 4, `${adapted.length} under an adapter`);
    for (const { scores, published } of adapted)
      assert.ok(scores.every(({ adapterVersion }) => adapterVersion === published.adapterVersion));
  });
});
