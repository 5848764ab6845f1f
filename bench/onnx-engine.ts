/**
 * This project's engine as a process that answers to {@link MessageToEngine}. Started by `EngineProcess`.
 */
import { performance } from 'node:perf_hooks';
import { openOnnxLanguageModel } from '../src/adapters/onnx/open-onnx-language-model.ts';
import { onnxRuntimeVersion } from '../src/adapters/onnx/onnx-runtime-version.ts';
import type { GenerateRequest, LanguageModel } from '../src/ports/language-model.ts';
import type { Tokenizer } from '../src/ports/tokenizer.ts';
import type { MessageFromEngine, MessageToEngine } from './engine-process.ts';
import type { Round, Workload } from './workload.ts';

/** Settings in the first argument, as JSON. */
export interface OnnxEngineSettings {
  /** A built model. */
  readonly folder: string;
  readonly threads: number;
}

/** Speed does not depend on what the ids mean; no id ends a text. */
const tokenizer = {
  vocabularySize: 0,
  endTokenIds: [],
  decode: () => '',
} as unknown as Tokenizer;

/** Seconds of wall clock and of all cores that a piece of work takes. */
async function time(work: () => Promise<unknown>): Promise<[wall: number, processor: number]> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return [wall, (user + system) / 1e6];
}

async function run(model: LanguageModel, { prompts, steps }: Workload): Promise<Round> {
  const scope = await model.openScope();
  const ask = (maxTokens: number): GenerateRequest[] =>
    prompts.map((prompt) => ({ prompt, maxTokens }));
  const [prefillSeconds, prefillProcessorSeconds] = await time(() => scope.generate(ask(1)));
  // The scope holds the prompts now but for their last positions: each token takes one step.
  const [decodeSeconds, decodeProcessorSeconds] =
    steps === 0 ? [0, 0] : await time(() => scope.generate(ask(steps)));
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < steps; i++)
    fastest = Math.min(fastest, (await time(() => scope.generate(ask(1))))[0]);
  await scope.close();
  return {
    prefillSeconds,
    prefillProcessorSeconds,
    decodeSeconds,
    decodeProcessorSeconds,
    fastestStepSeconds: steps === 0 ? null : fastest,
  };
}

const post = (message: MessageFromEngine): void => {
  process.send?.(message);
};

const settings = JSON.parse(process.argv[2] ?? '{}') as OnnxEngineSettings;
const opening = performance.now();
try {
  const model = await openOnnxLanguageModel({ ...settings, tokenizer });
  const { name, precision } = model.description;
  let queue = Promise.resolve();
  const handle = async (message: MessageToEngine): Promise<void> => {
    if (message.kind === 'run') {
      post({ kind: 'round', round: await run(model, message.workload) });
      return;
    }
    post({ kind: 'memory', peakResidentBytes: process.resourceUsage().maxRSS * 1024 });
    await model.close();
    process.disconnect();
  };
  process.on('message', (message: MessageToEngine) => {
    queue = queue
      .then(() => handle(message))
      .catch((error: unknown) => post({ kind: 'failed', message: String(error) }));
  });
  post({
    kind: 'ready',
    openSeconds: (performance.now() - opening) / 1000,
    about: `secl-stream, onnxruntime ${onnxRuntimeVersion()}, ${name}, ${precision}, ${settings.threads} threads`,
  });
} catch (error) {
  post({ kind: 'failed', message: String(error) });
  process.disconnect();
}
