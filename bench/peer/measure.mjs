/**
 * node-llama-cpp as a process that answers to the messages of bench/engine-process.ts: the peer. Reads the
 * same GGUF file and the same token ids as this project's engine.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

// Not named in an import: it is no dependency of the main package, and tools would look for it there.
const PACKAGE = 'node-llama-cpp';
const { getLlama } = await import(PACKAGE);
const { version } = JSON.parse(
  readFileSync(new URL(`./node_modules/${PACKAGE}/package.json`, import.meta.url), 'utf8'),
);

/** Positions a sequence may take; the longest workload has 480. */
const CONTEXT_SIZE = 768;

const { gguf, threads } = JSON.parse(process.argv[2]);
const opening = performance.now();
const llama = await getLlama({
  gpu: false,
  build: 'never',
  progressLogs: false,
  logLevel: 'error',
  maxThreads: threads,
});
const model = await llama.loadModel({ modelPath: gguf, gpuLayers: 0 });

/** One context for each number of sequences, as somebody who needs that number would make it. */
const contexts = new Map();
async function sequencesOf(count) {
  if (!contexts.has(count)) {
    const context = await model.createContext({
      sequences: count,
      contextSize: CONTEXT_SIZE,
      batchSize: 512,
      threads: { ideal: threads, min: threads },
    });
    contexts.set(
      count,
      Array.from({ length: count }, () => context.getSequence()),
    );
  }
  const sequences = contexts.get(count);
  for (const sequence of sequences) await sequence.clearHistory();
  return sequences;
}

async function time(work) {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return [wall, (user + system) / 1e6];
}

async function run({ prompts, steps }) {
  const sequences = await sequencesOf(prompts.length);
  const texts = prompts.map((prompt, i) =>
    sequences[i].evaluate(prompt, { temperature: 0, yieldEogToken: true }),
  );
  const step = async () => {
    const tokens = await Promise.all(texts.map((text) => text.next()));
    if (tokens.some(({ done }) => done)) throw new Error('a text ended before its time');
  };
  // The first token of each text comes with reading its prompt.
  const [prefillSeconds, prefillProcessorSeconds] = await time(step);
  let fastest = Number.POSITIVE_INFINITY;
  const [decodeSeconds, decodeProcessorSeconds] = await time(async () => {
    for (let i = 0; i < steps; i++) fastest = Math.min(fastest, (await time(step))[0]);
  });
  for (const text of texts) await text.return();
  return {
    prefillSeconds,
    prefillProcessorSeconds,
    decodeSeconds,
    decodeProcessorSeconds,
    fastestStepSeconds: steps === 0 ? null : fastest,
  };
}

// Its threads would outlive a parent that was killed.
process.on('disconnect', () => process.exit(1));
let queue = Promise.resolve();
process.on('message', (message) => {
  queue = queue
    .then(async () => {
      if (message.kind === 'run') {
        process.send({ kind: 'round', round: await run(message.workload) });
        return;
      }
      const peakResidentBytes = process.resourceUsage().maxRSS * 1024;
      process.send({ kind: 'memory', peakResidentBytes }, () => process.exit(0));
    })
    .catch((error) => process.send({ kind: 'failed', message: String(error) }));
});
process.send({
  kind: 'ready',
  openSeconds: (performance.now() - opening) / 1000,
  about: `node-llama-cpp ${version}, ${model.typeDescription ?? 'GGUF'}, ${threads} threads`,
});
