/**
 * Measures one built model through the `LanguageModel` port and prints JSON: prefill and decode speed, how
 * long the event loop stood still meanwhile, and memory.
 *
 *     npx tsx bench/language-model.ts FOLDER [--threads N] [--repeat N]
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openOnnxLanguageModel } from '../src/adapters/onnx/open-onnx-language-model.ts';
import type { GenerateRequest, LanguageModel } from '../src/ports/language-model.ts';
import type { Tokenizer } from '../src/ports/tokenizer.ts';
import { seededRandom } from '../src/random/seeded-random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string' }, repeat: { type: 'string', default: '3' } },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('usage: language-model.ts FOLDER');
const repeat = Number(values.repeat);

/** Speed does not depend on what the ids mean; no id ends a text. */
const tokenizer = {
  vocabularySize: 0,
  endTokenIds: [],
  decode: () => '',
} as unknown as Tokenizer;

const random = seededRandom(1);
const ids = (count: number): number[] =>
  Array.from({ length: count }, () => 300 + random.integer(20_000));

/** Median seconds of a call in scopes of its own. */
async function medianSeconds(
  model: LanguageModel,
  requests: () => GenerateRequest[],
): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i <= repeat; i++) {
    const scope = await model.openScope();
    const start = performance.now();
    await scope.generate(requests());
    if (i > 0) seconds.push((performance.now() - start) / 1000); // the first warms up
    await scope.close();
  }
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)] as number;
}

const opening = performance.now();
const model = await openOnnxLanguageModel({
  folder,
  tokenizer,
  ...(values.threads !== undefined && { threads: Number(values.threads) }),
});
const openSeconds = (performance.now() - opening) / 1000;
const lag = monitorEventLoopDelay({ resolution: 1 });
lag.enable();

const prefill = async (prompts: number, length: number): Promise<number> => {
  const ask = (): GenerateRequest[] =>
    Array.from({ length: prompts }, () => ({ prompt: ids(length), maxTokens: 1 }));
  return (prompts * length) / (await medianSeconds(model, ask));
};
const decode = async (rows: number, tokens: number): Promise<number> => {
  const ask = (maxTokens: number) => (): GenerateRequest[] =>
    Array.from({ length: rows }, () => ({ prompt: ids(60), maxTokens }));
  const one = await medianSeconds(model, ask(1));
  const many = await medianSeconds(model, ask(1 + tokens));
  return (rows * tokens) / (many - one);
};

const result = {
  model: model.description.name,
  precision: model.description.precision,
  openSeconds,
  prefillTokensPerSecond: {
    onePromptOf60: await prefill(1, 60),
    eightPromptsOf60: await prefill(8, 60),
    onePromptOf480: await prefill(1, 480),
  },
  decodeTokensPerSecond: { oneRow: await decode(1, 24), eightRows: await decode(8, 24) },
  eventLoopLagMs: { p99: lag.percentile(99) / 1e6, max: lag.max / 1e6 },
  peakResidentMegabytes: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(result, undefined, 2));
await model.close();
