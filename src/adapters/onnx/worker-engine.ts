import type { Worker } from 'node:worker_threads';
import type { SeclError } from '../../errors/secl-error.ts';
import type { Engine, GeneratedTokens, NextTokens, ScopeAdapters } from '../../decoding/engine.ts';
import type {
  GenerateRequest,
  LoraAdapter,
  NextTokenRequest,
  ScoreRequest,
  ScoreResult,
} from '../../ports/language-model.ts';
import type { TokenIds } from '../../ports/tokenizer.ts';
import { modelFailed } from './model-failed.ts';
import {
  seclError,
  type EngineCall,
  type MessageFromWorker,
  type MessageToWorker,
} from './worker-messages.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: SeclError) => void;
}

/**
 * An engine in a worker thread, so that this thread goes on. A worker that dies rejects everything that is
 * under way or comes later with `MODEL_FAILED`. The thread keeps the process alive only while it works.
 */
export class WorkerEngine implements Engine {
  /** Version of the inference runtime; set when the worker is ready. */
  readonly runtimeVersion: string;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #present: LoraAdapter | undefined;
  #previous: LoraAdapter | undefined;
  #failure: SeclError | undefined;
  #calls = 0;

  private constructor(worker: Worker, runtimeVersion: string) {
    this.#worker = worker;
    this.runtimeVersion = runtimeVersion;
    worker.on('message', (message: MessageFromWorker) => {
      this.#receive(message);
    });
    worker.on('error', (error) => {
      this.#fail(modelFailed('the inference worker died', error));
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#fail(modelFailed('the inference worker ended', `exit code ${code}`));
        resolve();
      });
    });
    worker.unref();
  }

  /**
   * Waits until a worker has loaded its model.
   *
   * @throws SeclError `MODEL_FAILED`.
   */
  static async ready(worker: Worker): Promise<WorkerEngine> {
    const first = await new Promise<MessageFromWorker>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => {
        reject(modelFailed('the inference worker died', error));
      });
      worker.once('exit', (code) => {
        reject(modelFailed('the inference worker ended', `exit code ${code}`));
      });
    });
    if (first.kind === 'ready') return new WorkerEngine(worker, first.runtimeVersion);
    throw first.kind === 'failed'
      ? seclError(first.error)
      : modelFailed('the inference worker is confused', first.kind);
  }

  async open(
    prefixes: readonly TokenIds[],
    { present, previous, adaptAll }: ScopeAdapters,
  ): Promise<void> {
    const known = { present: this.#present, previous: this.#previous };
    this.#present = present;
    this.#previous = previous;
    await this.#call({
      kind: 'open',
      prefixes,
      present: present === known.present ? 'same' : present,
      previous: previous === known.previous ? 'same' : previous,
      adaptAll,
    });
  }

  async generate(
    requests: readonly GenerateRequest[],
    signal?: AbortSignal,
  ): Promise<GeneratedTokens[]> {
    return (await this.#call({ kind: 'generate', requests }, signal)) as GeneratedTokens[];
  }

  async next(requests: readonly NextTokenRequest[], signal?: AbortSignal): Promise<NextTokens[]> {
    return (await this.#call({ kind: 'next', requests }, signal)) as NextTokens[];
  }

  async score(requests: readonly ScoreRequest[], signal?: AbortSignal): Promise<ScoreResult[]> {
    return (await this.#call({ kind: 'score', requests }, signal)) as ScoreResult[];
  }

  async close(): Promise<void> {
    this.#worker.ref();
    this.#post({ kind: 'close' });
    await this.#exited;
  }

  async #call(call: EngineCall, signal?: AbortSignal): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#calls;
    const cancel = (): void => {
      this.#post({ kind: 'cancel', id });
    };
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        this.#worker.ref();
        this.#post({ kind: 'call', id, call, cancelled: signal?.aborted === true });
        signal?.addEventListener('abort', cancel, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #post(message: MessageToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: MessageFromWorker): void {
    if (message.kind === 'result') this.#pending.get(message.id)?.resolve(message.value);
    else if (message.kind === 'error')
      this.#pending.get(message.id)?.reject(seclError(message.error));
  }

  #fail(error: SeclError): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
  }
}
