import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import {
  compareStream,
  strategiesNamed,
  type CompareStreamOptions,
  type CompareStreamResult,
} from '../../../src/app/compare-stream.ts';
import { makeStream } from '../../../src/app/make-stream.ts';
import { readRun } from '../../../src/app/read-run.ts';
import { replayStream } from '../../../src/app/replay-stream.ts';
import { STRATEGY_NAMES, type CompareSummary } from '../../../src/report/compare-summary.ts';
import { checkJsonSchema, type JsonSchema } from '../../support/check-json-schema.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
const stream = join(folder, 'stream.jsonl');
const never = new AbortController().signal;
const schema = JSON.parse(
  readFileSync('schemas/compare-summary.schema.json', 'utf8'),
) as JsonSchema;

const compare = (options: Partial<CompareStreamOptions> = {}): Promise<CompareStreamResult> =>
  compareStream({
    stream,
    model: 'stand-in',
    folder: join(folder, 'all'),
    drain: never,
    abort: never,
    ...options,
  });

/** Without what a clock says. */
function timeless(summary: CompareSummary): unknown {
  return JSON.parse(
    JSON.stringify(summary, (key, value: unknown) =>
      key === 'modelMs' || key === 'trainingMs' ? 0 : value,
    ),
  );
}

describe('compareStream', () => {
  let all: CompareSummary;
  before(async () => {
    await makeStream({ out: stream, perDomain: 3, seed: 1 });
    all = (await compare()).summary;
  });

  it('has every strategy, as its schema says', () => {
    assert.deepEqual(Object.keys(all.strategies), [...STRATEGY_NAMES]);
    assert.deepEqual(checkJsonSchema(JSON.parse(JSON.stringify(all)), schema), []);
    assert.equal(all.complete, true);
    assert.equal(all.questions, 12);
    for (const [name, strategy] of Object.entries(all.strategies)) {
      assert.equal(strategy.answered, 12, name);
      assert.equal(strategy.pooled.n + strategy.pooled.missing, 12, name);
      assert.equal(Object.keys(strategy.domains).length, 4, name);
    }
  });

  it('charges each strategy what it costs alone', async () => {
    // Replayed without kept passes, with just this score.
    for (const [name, evidence, when] of [
      ['verbalized', 'none', 'never'],
      ['pTrue', 'none', 'always'],
    ] as const) {
      const topology = join(folder, `${name}.yaml`);
      await writeFile(
        topology,
        [
          'version: 1',
          `name: ${name.toLowerCase()}`,
          `confidence: { published: ${name}, evidence: ${evidence} }`,
          `scoring: { when: ${when}, scores: [${name}] }`,
          'gate: { kind: never }',
          "training: { mode: 'off', target: { signals: [answerProbability] } }",
          '',
        ].join('\n'),
      );
      const { report } = await replayStream({
        stream,
        topology,
        model: 'stand-in',
        runFolder: join(folder, `alone-${name}`),
        drain: never,
        abort: never,
      });
      const own = all.strategies[name];
      assert.deepEqual(own?.forwardTokens, report.summary.forwardTokens);
      assert.equal(own.pooled.ece, report.summary.pooled[name].ece);
    }
    const { verbalized, answerProbability, normalizedPTrue, combined, isotonic, dinco } =
      all.strategies;
    assert.equal(answerProbability?.forwardTokens.total, verbalized?.forwardTokens.answer);
    // The usual target is made of free signals.
    assert.deepEqual(combined?.forwardTokens, answerProbability?.forwardTokens);
    assert.deepEqual(isotonic?.forwardTokens, verbalized?.forwardTokens);
    assert.equal(normalizedPTrue?.forwardTokens.confidence, 0);
    assert.equal(normalizedPTrue.relativeCost, 1);
    assert.equal(normalizedPTrue.scoredFraction, 1);
    assert.equal(verbalized?.reduction.ece, 0);
    assert.equal(verbalized.scoredFraction, 0);
    assert.ok((dinco?.forwardTokens.scoring ?? 0) > normalizedPTrue.forwardTokens.scoring);
  });

  // Without settings of its own a run was read under the default topology, which publishes another score.
  it('leaves each run in a folder that a report reads as what it was', async () => {
    for (const [name, run] of [
      ['verbalized', 'verbalized'],
      ['verbalizedWithEvidence', 'evidence'],
      ['pTrue', 'pTrue'],
      ['normalizedPTrue', 'normalizedPTrue'],
      ['seclPaper', 'seclPaper'],
      ['secl', 'secl'],
    ] as const) {
      const { summary, publishedSource, title, notes, complete } = await readRun(
        join(folder, 'all', 'seed-1-order-0', run),
      );
      assert.deepEqual([title, notes, complete], [all.stream, [], true], name);
      if (name !== 'secl' && name !== 'seclPaper') assert.equal(publishedSource, name);
      const { pooled, forwardTokens, trainedFraction, scoredFraction } = all.strategies[name] ?? {};
      assert.equal(summary.scoredFraction, scoredFraction, name);
      assert.equal(summary.pooled.published.ece, pooled?.ece, name);
      assert.equal(summary.pooled.published.n, pooled?.n, name);
      assert.deepEqual(
        [summary.forwardTokens, summary.trainedFraction],
        [forwardTokens, trainedFraction],
      );
    }
  });

  it('gives the same again from what it kept, and from its passes alone', async () => {
    const expected = timeless(all);
    assert.deepEqual(timeless((await compare()).summary), expected);
    await rm(join(folder, 'all', 'seed-1-order-0'), { recursive: true });
    assert.deepEqual(timeless((await compare()).summary), expected);
  });

  it('runs every seed under every order', async () => {
    const { summary } = await compare({
      strategies: ['verbalized', 'secl'],
      seeds: [1, 2],
      orders: 2,
      folder: join(folder, 'orders'),
    });
    assert.deepEqual(checkJsonSchema(JSON.parse(JSON.stringify(summary)), schema), []);
    assert.deepEqual(
      summary.runs.map(({ seed, order }) => [seed, order]),
      [
        [1, 0],
        [1, 1],
        [2, 0],
        [2, 1],
      ],
    );
    assert.deepEqual(summary.strategies, summary.runs[0]?.strategies);
    assert.equal(summary.spread['secl']?.ece.n, 4);
    const domains = summary.runs.map(({ strategies }) =>
      Object.keys(strategies['verbalized']?.domains ?? {}).join(),
    );
    assert.notEqual(domains[1], domains[0]);
    assert.equal(domains[2], domains[0]);
  });

  it('refuses more orders than the domains have', async () => {
    const single = join(folder, 'single.jsonl');
    await makeStream({ out: single, perDomain: 3, seed: 1, domains: ['calendar'] });
    for (const options of [{ orders: 2 }, { ablation: 'domain-order' }])
      await assert.rejects(compare({ stream: single, ...options }), {
        code: 'USAGE',
        message: /1 order of its domains/,
      });
  });

  it('counts the questions that could not be answered', async () => {
    const broken = join(folder, 'broken.jsonl');
    const question = (id: string, text: string): string =>
      JSON.stringify({ id, question: text, accepted: ['a'] });
    // Half of a surrogate pair, which UTF-8 cannot hold.
    const lines = [question('1', 'one?'), question('2', 'two \ud83d?'), question('3', 'three?')];
    await writeFile(broken, `${lines.join('\n')}\n`);
    const { summary } = await compare({
      stream: broken,
      strategies: ['verbalized', 'selfConsistency', 'secl'],
      folder: join(folder, 'broken'),
    });
    for (const [name, { answered, deadLetters }] of Object.entries(summary.strategies)) {
      assert.equal(answered, 2, name);
      assert.deepEqual(deadLetters, { RECORD_INVALID: 1 }, name);
    }
  });

  // It was a rejection that nobody handled, which ends the process with a stack.
  it('fails where the times of a run cannot be written', async () => {
    const place = join(folder, 'unwritable');
    await mkdir(join(place, 'seed-1-order-0', 'verbalized', 'model-ms.txt'), { recursive: true });
    await assert.rejects(compare({ strategies: ['verbalized'], folder: place }), {
      code: 'EISDIR',
    });
  });

  it('measures all strategies on the very questions that were sampled, whatever their ids', async () => {
    const repeated = join(folder, 'repeated.jsonl');
    const items = Array.from({ length: 120 }, (_, i) => ({
      ...{ id: `q${i % 90}`, question: `What is ${i} plus 1?`, style: 'short' },
      ...{ domain: 'sums', accepted: [String(i + 1)] },
    }));
    await writeFile(repeated, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    const { summary } = await compare({
      stream: repeated,
      strategies: ['answerProbability', 'selfConsistency'],
      folder: join(folder, 'repeated'),
    });
    const { answerProbability, selfConsistency } = summary.strategies;
    assert.equal(answerProbability?.answered, 120);
    assert.equal(selfConsistency?.answered, 100);
    for (const { onSample } of [answerProbability, selfConsistency])
      assert.equal((onSample?.pooled.n ?? 0) + (onSample?.pooled.missing ?? 0), 100);
    assert.deepEqual(selfConsistency.onSample?.pooled, selfConsistency.pooled);
  });

  it('drains, and goes on where it stopped', async () => {
    const options = {
      strategies: ['verbalized', 'pTrue'] as const,
      folder: join(folder, 'drained'),
    };
    const drain = new AbortController();
    const runs: string[] = [];
    const stopped = await compare({
      ...options,
      drain: drain.signal,
      onRun: ({ name, at, of }) => {
        runs.push(`${at}/${of} ${name}`);
        if (name === 'pTrue') drain.abort();
      },
    });
    assert.deepEqual(runs, ['1/2 verbalized', '2/2 pTrue']);
    assert.equal(stopped.summary.complete, false);
    assert.deepEqual(stopped.summary.strategies, {});
    assert.deepEqual(checkJsonSchema(JSON.parse(JSON.stringify(stopped.summary)), schema), []);
    const { summary } = await compare(options);
    assert.equal(summary.complete, true);
    assert.deepEqual(summary.strategies['pTrue']?.pooled, all.strategies['pTrue']?.pooled);
  });

  it('runs an ablation by its topologies', async () => {
    const { summary } = await compare({ ablation: 'gating', folder: join(folder, 'gating') });
    assert.equal(summary.ablation, 'gating');
    assert.deepEqual(Object.keys(summary.strategies), [
      'drift',
      'always',
      'never',
      'periodic',
      'domains',
    ]);
    assert.equal(summary.strategies['never']?.trainedFraction, 0);
    assert.equal(summary.strategies['never'].forwardTokens.training, 0);
    // The usual target needs no judgement, and what is not needed is not paid for.
    for (const { forwardTokens } of Object.values(summary.strategies))
      assert.equal(forwardTokens.scoring, 0);
  });

  it('keeps ablations apart whose topologies share names', async () => {
    // Both have one called answer-probability, in the same folder by default.
    for (const ablation of ['evidence', 'signal-quality']) {
      const { summary } = await compare({ ablation, folder: join(folder, 'ablations') });
      assert.equal(summary.strategies['answer-probability']?.answered, 12, ablation);
    }
  });

  it('names what there is where something unknown is asked for', async () => {
    await assert.rejects(compare({ ablation: 'nosuch' }), { code: 'USAGE' });
    const both = { ablation: 'gating', strategies: ['verbalized'] } as const;
    await assert.rejects(compare(both), { code: 'USAGE', message: /no strategies/ });
    assert.throws(() => strategiesNamed(['verbalized', 'nosuch']), { code: 'USAGE' });
    assert.deepEqual(strategiesNamed(['secl', 'secl']), ['secl']);
  });
});
