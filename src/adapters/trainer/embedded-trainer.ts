import type { Worker } from 'node:worker_threads';
import { availableParallelism } from 'node:os';
import type { SeclError } from '../../errors/secl-error.ts';
import type { AdapterRecord } from '../../events/adapter.ts';
import type { TrainingBatch } from '../../events/training-batch.ts';
import type { AdapterStore } from '../../ports/adapter-store.ts';
import type { Trainer } from '../../ports/trainer.ts';
import { trainingFailed } from '../../training/check-batch.ts';
import { startWorker } from './start-worker.ts';
import { seclError, trainerFailed } from './worker-messages.ts';
import type {
  MessageFromTrainer,
  MessageToTrainer,
  TrainCall,
  TrainerWorkerData,
  TrainResult,
} from './worker-messages.ts';

/** What a trainer is opened for. */
export interface EmbeddedTrainerOptions {
  readonly ggufPath: string;
  /** SHA-256 of that file, lower-case hex; batches for another model are refused. */
  readonly baseSha256: string;
  readonly store: AdapterStore;
  /** Folder that training graphs and float32 weights are kept in: 4 bytes a weight of the layers. */
  readonly folder: string;
  /** Threads of the runtime. @defaultValue as many as the processor has */
  readonly threads?: number;
  /** Most bytes of frozen keys, values and hidden states that are kept for replay. @defaultValue 256 MiB */
  readonly frozenBytes?: number;
}

/** Weights up to this size go into the record itself. */
const INLINE_BYTES = 512 * 1024;

const FROZEN_BYTES = 256 * 1024 * 1024;

interface Pending {
  readonly resolve: (value: TrainResult) => void;
  readonly reject: (error: SeclError) => void;
}

/**
 * Opens a trainer that runs in a worker thread of this process. Graphs and float32 weights are built when the
 * first batch needs them, and kept in the folder.
 *
 * @throws SeclError if the model's file cannot be read or is not supported.
 */
export async function openEmbeddedTrainer(options: EmbeddedTrainerOptions): Promise<Trainer> {
  const data: TrainerWorkerData = {
    ggufPath: options.ggufPath,
    baseSha256: options.baseSha256,
    folder: options.folder,
    threads: options.threads ?? availableParallelism(),
    frozenBytes: options.frozenBytes ?? FROZEN_BYTES,
  };
  const worker = startWorker('trainer-worker', data);
  const first = await new Promise<MessageFromTrainer>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (error) => {
      reject(trainerFailed('the training worker died', error));
    });
    worker.once('exit', (code) => {
      reject(trainerFailed('the training worker ended', `exit code ${code}`));
    });
  });
  if (first.kind === 'ready') {
    return new EmbeddedTrainer(worker, options.store, first.runtimeVersion);
  }
  throw first.kind === 'failed'
    ? seclError(first.error)
    : trainerFailed('the training worker is confused', first.kind);
}

/** See {@link openEmbeddedTrainer}. Batches are trained in the order of the calls. */
class EmbeddedTrainer implements Trainer {
  readonly #worker: Worker;
  readonly #store: AdapterStore;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #failure: SeclError | undefined;
  #calls = 0;

  constructor(worker: Worker, store: AdapterStore, runtimeVersion: string) {
    this.#worker = worker;
    this.#store = store;
    this.#name = `embedded, onnxruntime ${runtimeVersion}`;
    worker.on('message', (message: MessageFromTrainer) => {
      if (message.kind === 'result') this.#pending.get(message.id)?.resolve(message.value);
      else if (message.kind === 'error')
        this.#pending.get(message.id)?.reject(seclError(message.error));
    });
    worker.on('error', (error) => {
      this.#fail(trainerFailed('the training worker died', error));
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#fail(trainerFailed('the training worker ended', `exit code ${code}`));
        resolve();
      });
    });
    worker.unref();
  }

  async train(batch: TrainingBatch, signal?: AbortSignal): Promise<AdapterRecord> {
    const started = performance.now();
    const [parent, optimizer] = [
      await this.#kept(batch, 'weights', batch.parentSha256),
      await this.#kept(batch, 'optimizer state', batch.parentOptimizerSha256),
    ];
    const result = await this.#call({ batch, parent, optimizer }, signal);
    const sha256 = await this.#store.put(result.weights);
    const optimizerSha256 = await this.#store.put(result.optimizer);
    const trained = batch.steps.flat().map((index) => batch.samples[index]?.questionId ?? '');
    return {
      lineage: batch.lineage,
      version: batch.ordinal,
      parentVersion: batch.parentVersion,
      baseSha256: batch.baseSha256,
      scope: batch.scope,
      batchId: batch.batchId,
      lora: batch.lora,
      loss: result.loss,
      heldOutError: result.heldOutError,
      meanConfidence: result.meanConfidence,
      trainedOn: [...new Set(trained)],
      forwardTokens: result.forwardTokens,
      trainer: this.#name,
      durationMs: performance.now() - started,
      sha256,
      sizeBytes: result.weights.byteLength,
      optimizerSha256,
      weights: result.weights.byteLength <= INLINE_BYTES ? result.weights : null,
    };
  }

  async close(): Promise<void> {
    this.#worker.ref();
    this.#post({ kind: 'close' });
    await this.#exited;
  }

  async #kept(
    batch: TrainingBatch,
    what: string,
    sha256: string | null,
  ): Promise<Uint8Array | null> {
    if (sha256 === null) return null;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await this.#store.get(sha256);
    } catch (error) {
      throw trainingFailed(batch, `has a parent whose ${what} cannot be trusted`, error);
    }
    if (bytes === undefined) {
      throw trainingFailed(batch, `has a parent whose ${what} ${sha256} are not kept`);
    }
    return bytes;
  }

  async #call(call: TrainCall, signal?: AbortSignal): Promise<TrainResult> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = ++this.#calls;
    const cancel = (): void => {
      this.#post({ kind: 'cancel', id });
    };
    try {
      return await new Promise<TrainResult>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        this.#worker.ref();
        this.#post({ kind: 'train', id, call, cancelled: signal?.aborted === true });
        signal?.addEventListener('abort', cancel, { once: true });
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #post(message: MessageToTrainer): void {
    this.#worker.postMessage(message);
  }

  #fail(error: SeclError): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
  }
}
