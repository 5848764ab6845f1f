/** Entry of the worker thread that trains; see `worker-messages.ts`. */
import { env } from 'onnxruntime-common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { SeclError } from '../../errors/secl-error.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import type { LoraTargets } from '../../graph/lora-sites.ts';
import { describeNetwork } from '../../model/describe-network.ts';
import { tensorRows } from '../../model/tensor-rows.ts';
import { encodeAdapter } from '../../peft/adapter-weights.ts';
import { checkBatch } from '../../training/check-batch.ts';
import { initialLora } from '../../training/initial-lora.ts';
import { freshOptimizerState } from '../../training/optimizer-state.ts';
import { parametersOf, trainBatch } from '../../training/train-batch.ts';
import { decodeOptimizer, encodeOptimizer, parentSites } from './adapter-bytes.ts';
import { openModelFile } from './model-file.ts';
import { prepareTrainingFolder } from './training-folder.ts';
import { TrainingSessions } from './training-sessions.ts';
import { plainError } from './worker-messages.ts';
import type {
  MessageFromTrainer,
  MessageToTrainer,
  TrainCall,
  TrainerWorkerData,
  TrainResult,
} from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

const post = (message: MessageFromTrainer): void => {
  port.postMessage(message);
};

function serve(data: TrainerWorkerData): void {
  const file = openModelFile(data.ggufPath);
  const header = readGguf(file);
  const network = describeNetwork(header);
  const read = tensorRows(header, file);
  const running = new Map<number, AbortController>();
  let opened: { readonly key: string; readonly sessions: TrainingSessions } | undefined;
  let last = Promise.resolve();

  const sessionsFor = async (targets: Required<LoraTargets>): Promise<TrainingSessions> => {
    const key = `${targets.lastLayers} ${[...targets.projections].sort().join()}`;
    if (opened?.key === key) return opened.sessions;
    await opened?.sessions.close();
    opened = undefined;
    const { folder, baseSha256, threads, frozenBytes } = data;
    const paths = await prepareTrainingFolder(folder, baseSha256, network, targets, read);
    const sessions = await TrainingSessions.open({
      paths,
      network,
      targets,
      read,
      threads,
      frozenBytes,
    });
    opened = { key, sessions };
    return sessions;
  };

  const train = async (call: TrainCall, signal: AbortSignal): Promise<TrainResult> => {
    const { batch, parent, optimizer } = call;
    const checkCancelled = async (): Promise<void> => {
      // Lets a cancellation through between runs.
      await nextTurn();
      if (signal.aborted) {
        throw new SeclError('CANCELLED', `Training of batch ${batch.batchId} was cancelled.`);
      }
    };
    await checkCancelled();
    const targets = checkBatch(batch, network.config, data.baseSha256);
    const sessions = await sessionsFor(targets);
    const { rank, alpha } = batch.lora;
    const sites =
      parent === null
        ? initialLora(sessions.sites, rank, batch.seed)
        : parentSites(parent, sessions.sites, batch.lora);
    const state =
      optimizer === null
        ? freshOptimizerState(parametersOf(sites))
        : decodeOptimizer(optimizer, sites);
    const pass = sessions.pass(batch.confidenceTokenIds, checkCancelled);
    const outcome = await trainBatch(batch, { sites, optimizer: state }, pass);
    return {
      loss: outcome.loss,
      heldOutError: outcome.heldOutError,
      meanConfidence: outcome.meanConfidence,
      steps: outcome.steps,
      weights: encodeAdapter({ rank, alpha, sites: outcome.sites }),
      optimizer: encodeOptimizer(outcome.optimizer, outcome.sites),
      forwardTokens: pass.forwardTokens(),
    };
  };

  const answer = async (id: number, call: TrainCall, signal: AbortSignal): Promise<void> => {
    try {
      post({ kind: 'result', id, value: await train(call, signal) });
    } catch (error) {
      post({ kind: 'error', id, error: plainError(error) });
    }
    running.delete(id);
  };

  port?.on('message', (message: MessageToTrainer) => {
    switch (message.kind) {
      case 'train': {
        const { id, call, cancelled } = message;
        const controller = new AbortController();
        if (cancelled) controller.abort();
        running.set(id, controller);
        last = last.then(() => answer(id, call, controller.signal));
        break;
      }
      case 'cancel':
        running.get(message.id)?.abort();
        break;
      case 'close':
        for (const controller of running.values()) controller.abort();
        last = last.then(async () => {
          await opened?.sessions.close();
          file.close();
          port.close();
        });
    }
  });
  post({ kind: 'ready', runtimeVersion: env.versions.node ?? env.versions.common });
}

try {
  serve(workerData as TrainerWorkerData);
} catch (error) {
  post({ kind: 'failed', error: plainError(error) });
  port.close();
}
