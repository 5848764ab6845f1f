import { open } from 'node:fs/promises';
import path from 'node:path';
import { cachedLanguageModel } from '../src/adapters/passes/cached-language-model.ts';
import { openPassFile } from '../src/adapters/passes/pass-file.ts';
import { loadStream } from '../src/app/load-stream.ts';
import { loadTopology } from '../src/app/load-topology.ts';
import { openLanguageModel } from '../src/app/open-language-model.ts';
import { scoringOptionsOf } from '../src/app/scoring-options-of.ts';
import { freeScores } from '../src/secl/free-scores.ts';
import { isRefused, planQuestion } from '../src/secl/plan-question.ts';
import { scoreValue } from '../src/secl/score-of.ts';
import type { PlannedQuestion } from '../src/secl/work.ts';
import { writeAnswers } from '../src/secl/write-answers.ts';
import type { Measurement } from './result.ts';

/** How {@link writeGateStatistics} goes about it. */
export interface GateStatisticsOptions {
  /** Catalogue name or GGUF file. */
  readonly model: string;
  readonly cache?: string;
  readonly threads: number;
  /** Where the lines go; a file that is there is replaced. */
  readonly out: string;
  /** Hidden states alone: the prompts are read, no answer is written. */
  readonly hiddenOnly: boolean;
  /** Streams whose questions are left out. */
  readonly except?: readonly string[];
  /** Whether each stream is a domain, named after its file, whatever its questions' own. */
  readonly byStream?: boolean;
  /** Passes that a `secl compare` run kept: what is there is not computed again. */
  readonly passes?: string;
}

const BATCH = 8;

/**
 * Writes what a drift gate sees of the questions of streams, one JSON object a line, as `npm run bench -- gate` reads
 * it. A question that comes twice, in one stream or in two, is written once.
 */
export async function writeGateStatistics(
  streams: readonly string[],
  {
    model: name,
    cache,
    threads,
    out,
    hiddenOnly,
    except = [],
    byStream,
    passes,
  }: GateStatisticsOptions,
): Promise<Measurement> {
  const topology = await loadTopology();
  const usual = scoringOptionsOf(topology);
  const one = { short: 1, choice: 1, reasoning: 1 };
  const options = hiddenOnly ? { ...usual, maxTokens: one } : usual;
  const opened = await openLanguageModel(
    { ...topology.model, name, threads },
    { cacheFolder: cache },
  );
  const kept = passes === undefined ? undefined : await openPassFile(passes);
  const model =
    kept === undefined
      ? opened
      : cachedLanguageModel(opened, kept, { nowMs: () => performance.now() });
  const file = await open(out, 'w');
  const counts = new Map<string, number>();
  const origin = { model: name, adapterVersion: 0 };
  try {
    const plans = new Map<string, PlannedQuestion>();
    for (const stream of [...streams, ...except])
      for (const item of (await loadStream(stream, { seed: 0 })).items) {
        if (!('question' in item)) continue;
        const question = byStream
          ? { ...item.question, domain: path.basename(stream, '.jsonl') }
          : item.question;
        const plan = planQuestion(question, model.tokenizer, options);
        if (isRefused(plan)) continue;
        const prompt = plan.promptIds.join(' ');
        if (except.includes(stream)) plans.delete(prompt);
        else plans.set(prompt, plan);
      }
    const questions = [...plans.values()];
    for (let at = 0; at < questions.length; at += BATCH) {
      const scope = await model.openScope();
      const batch = questions.slice(at, at + BATCH);
      const answers = await writeAnswers(scope, model.tokenizer, batch, options);
      await scope.close();
      kept?.sync();
      for (const answer of answers) {
        if (isRefused(answer) || answer.hidden === undefined) continue;
        const domain = answer.question.domain ?? '';
        counts.set(domain, (counts.get(domain) ?? 0) + 1);
        const { buffer, byteOffset, byteLength } = answer.hidden;
        const line = {
          domain,
          entropyNats: hiddenOnly ? null : answer.entropyNats,
          answerProbability: hiddenOnly
            ? null
            : scoreValue(freeScores(answer, origin), 'answerProbability'),
          hidden: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
        };
        await file.write(`${JSON.stringify(line)}\n`);
      }
    }
  } finally {
    await file.close();
    await model.close();
  }
  return {
    figures: { model: name, questions: Object.fromEntries(counts) },
    table: [['domain', 'questions'], ...[...counts].map(([domain, n]) => [domain, String(n)])],
  };
}
