/** Entry of the worker thread that owns an onnxruntime session; see `worker-messages.ts`. */
import { env } from 'onnxruntime-common';
import { parentPort, workerData } from 'node:worker_threads';
import { DecodingEngine } from '../../decoding/decoding-engine.ts';
import type { Engine } from '../../decoding/engine.ts';
import type { LoraAdapter, PlacedAdapters } from '../../ports/language-model.ts';
import { OnnxForwardPass } from './onnx-forward-pass.ts';
import {
  plainError,
  type EngineCall,
  type InferenceWorkerData,
  type MessageFromWorker,
  type MessageToWorker,
} from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

const post = (message: MessageFromWorker, transfer: ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

async function serve(data: InferenceWorkerData): Promise<void> {
  const forward = await OnnxForwardPass.open(data);
  const engine = new DecodingEngine(forward, data);
  const running = new Map<number, AbortController>();
  let present: LoraAdapter | undefined;
  let previous: LoraAdapter | undefined;
  let last = Promise.resolve();

  const answer = async (id: number, call: EngineCall, signal: AbortSignal): Promise<void> => {
    try {
      if (call.kind === 'open' && call.present !== 'same') present = call.present;
      if (call.kind === 'open' && call.previous !== 'same') previous = call.previous;
      const value = await perform(engine, call, { present, previous }, signal);
      post({ kind: 'result', id, value }, hiddenBuffers(value));
    } catch (error) {
      post({ kind: 'error', id, error: plainError(error) });
    }
    running.delete(id);
  };

  port?.on('message', (message: MessageToWorker) => {
    switch (message.kind) {
      case 'call': {
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
          await forward.close();
          port.close();
        });
    }
  });
  post({ kind: 'ready', runtimeVersion: env.versions.node ?? env.versions.common });
}

function perform(
  engine: Engine,
  call: EngineCall,
  adapters: PlacedAdapters,
  signal: AbortSignal,
): Promise<unknown> {
  switch (call.kind) {
    case 'open':
      return engine.open(call.prefixes, { ...adapters, adaptAll: call.adaptAll });
    case 'generate':
      return engine.generate(call.requests, signal);
    case 'next':
      return engine.next(call.requests, signal);
    case 'score':
      return engine.score(call.requests, signal);
  }
}

/** Hidden states are handed over, not copied. */
function hiddenBuffers(value: unknown): ArrayBuffer[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((result: { readonly hidden?: Float32Array<ArrayBuffer> }) =>
    result.hidden === undefined ? [] : [result.hidden.buffer],
  );
}

serve(workerData as InferenceWorkerData).catch((error: unknown) => {
  post({ kind: 'failed', error: plainError(error) });
  port.close();
});
