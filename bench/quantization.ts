import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { importStream } from '../src/app/import-stream.ts';
import { loadStream } from '../src/app/load-stream.ts';
import { loadTopology } from '../src/app/load-topology.ts';
import { makeStream } from '../src/app/make-stream.ts';
import { openLanguageModel } from '../src/app/open-language-model.ts';
import { scoringOptionsOf } from '../src/app/scoring-options-of.ts';
import { quantile } from '../src/calibration/quantile.ts';
import { createProgressView } from '../src/cli/progress.ts';
import { precondition } from '../src/errors/secl-error.ts';
import type { LanguageModel, ModelDescription } from '../src/ports/language-model.ts';
import type { TokenIds } from '../src/ports/tokenizer.ts';
import { isRefused, planQuestion } from '../src/secl/plan-question.ts';
import { lineBreakIds } from '../src/secl/write-answers.ts';
import { argmax, klDivergence, sameIds } from './distribution-distance.ts';
import { formatFigure, type Measurement } from './result.ts';

type Precision = ModelDescription['precision'];

/** How {@link measureQuantization} goes about it. */
export interface QuantizationOptions {
  /** Catalogue name or GGUF file. */
  readonly model: string;
  readonly cache?: string;
  /** Compared with fp32, one after the other. */
  readonly precisions: readonly Precision[];
  readonly threads: number;
  /** How many prompts. */
  readonly prompts: number;
  /** A stream file, or a published file with `format`; absent: generated questions. */
  readonly questions?: string;
  readonly format?: string;
  readonly seed: number;
}

/** What one precision says to every prompt. */
interface Replies {
  /** Natural log probabilities of the next token, shape `[V]`, one a prompt. */
  readonly distributions: readonly Float64Array[];
  /** Greedy answers as token ids. */
  readonly answers: readonly TokenIds[];
}

/** Answers are cut here, as the default topology cuts short ones. */
const MAX_TOKENS = 24;
/** Prompts in a call: the batch of the default topology. */
const BATCH = 8;

/** Opens a model in one precision, asks, closes. */
async function ask<T>(
  options: QuantizationOptions,
  precision: Precision,
  work: (model: LanguageModel) => Promise<T>,
): Promise<T> {
  const view = createProgressView({ stream: process.stderr });
  const { threads } = options;
  const model = await openLanguageModel(
    { name: options.model, precision, threads, arenaPositions: 8192 },
    { cacheFolder: options.cache, onProgress: view.update },
  );
  view.stop();
  try {
    return await work(model);
  } finally {
    await model.close();
  }
}

/** The prompts that a replay of these questions would ask for answers with. */
async function promptsOf(options: QuantizationOptions, model: LanguageModel): Promise<TokenIds[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-bench-'));
  try {
    const { questions, format, prompts: limit, seed } = options;
    let stream = questions ?? path.join(folder, 'stream.jsonl');
    if (questions === undefined)
      await makeStream({ out: stream, perDomain: Math.ceil(limit / 4), seed });
    else if (format !== undefined) {
      stream = path.join(folder, 'stream.jsonl');
      await importStream({ format, file: questions, out: stream });
    }
    const input = await loadStream(stream, { limit, seed });
    const scoring = scoringOptionsOf(await loadTopology());
    return input.items.flatMap((item) => {
      if (!('question' in item)) return [];
      const plan = planQuestion(item.question, model.tokenizer, scoring);
      return isRefused(plan) ? [] : [plan.promptIds];
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function repliesOf(
  model: LanguageModel,
  prompts: readonly TokenIds[],
  precision: Precision,
): Promise<Replies> {
  const everyId = Array.from({ length: model.description.vocabularySize }, (_, id) => id);
  const stopTokenIds = lineBreakIds(model.tokenizer);
  const distributions: Float64Array[] = [];
  const answers: TokenIds[] = [];
  for (let from = 0; from < prompts.length; from += BATCH) {
    const batch = prompts.slice(from, from + BATCH);
    const scope = await model.openScope();
    const written = await scope.generate(
      batch.map((prompt) => ({ prompt, maxTokens: MAX_TOKENS, stopTokenIds })),
    );
    answers.push(...written.map(({ tokens }) => tokens.map(({ id }) => id)));
    const next = await scope.next(batch.map((prompt) => ({ prompt, tokens: everyId })));
    distributions.push(...next.map(({ logProbabilities }) => Float64Array.from(logProbabilities)));
    await scope.close();
    console.error(`${precision}: ${answers.length} of ${prompts.length} prompts`);
  }
  return { distributions, answers };
}

/** How far one precision is from fp32. */
interface PrecisionDistance {
  readonly precision: Precision;
  readonly prompts: number;
  /** Of KL(fp32‖precision) of the next-token distribution at the prompt's end, in nats. */
  readonly klNats: { readonly mean: number; readonly p95: number; readonly max: number };
  /** Share of prompts whose most probable next token is the same. */
  readonly sameArgmax: number;
  /** Share of greedy answers that are the same, token by token. */
  readonly sameAnswers: number;
}

function distance(precision: Precision, reference: Replies, replies: Replies): PrecisionDistance {
  const pairs = reference.distributions.map((p, i) => [p, replies.distributions[i]!] as const);
  const kl = Float64Array.from(pairs, ([p, q]) => klDivergence(p, q)).sort();
  const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;
  return {
    precision,
    prompts: pairs.length,
    klNats: {
      mean: kl.reduce((sum, value) => sum + value, 0) / kl.length,
      p95: quantile(kl, 0.95),
      max: quantile(kl, 1),
    },
    sameArgmax: share(pairs.map(([p, q]) => argmax(p) === argmax(q))),
    sameAnswers: share(reference.answers.map((ids, i) => sameIds(ids, replies.answers[i]!))),
  };
}

/**
 * Measures what quantisation does to a model: next-token distributions and greedy answers of the quantised
 * graphs against those of the fp32 graph of the same file.
 *
 * @throws SeclError of the model store and the runtime; `PRECONDITION` if no question gives a prompt.
 */
export async function measureQuantization(options: QuantizationOptions): Promise<Measurement> {
  const { prompts, reference } = await ask(options, 'fp32', async (model) => {
    const all = await promptsOf(options, model);
    precondition(all.length > 0, 'no question gives a prompt');
    return { prompts: all, reference: await repliesOf(model, all, 'fp32') };
  });
  const distances: PrecisionDistance[] = [];
  for (const precision of options.precisions)
    distances.push(
      await ask(options, precision, async (model) =>
        distance(precision, reference, await repliesOf(model, prompts, precision)),
      ),
    );
  const { model, threads, seed, format } = options;
  return {
    figures: {
      settings: {
        model,
        threads,
        seed,
        questions: options.questions === undefined ? 'generated' : path.basename(options.questions),
        format: format ?? null,
        promptTokens: prompts.reduce((sum, prompt) => sum + prompt.length, 0),
        maxTokens: MAX_TOKENS,
      },
      distances,
    },
    table: [
      ['against fp32', 'prompts', 'mean KL', 'p95', 'max', 'same argmax', 'same answers'],
      ...distances.map(({ precision, prompts: n, klNats, sameArgmax, sameAnswers }) => [
        precision,
        String(n),
        ...[klNats.mean, klNats.p95, klNats.max].map(formatFigure),
        sameArgmax.toFixed(3),
        sameAnswers.toFixed(3),
      ]),
    ],
  };
}
