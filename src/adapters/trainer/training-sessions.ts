import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SeclError } from '../../errors/secl-error.ts';
import type { TrainingSample } from '../../events/training-batch.ts';
import { loraInputNames, loraSites } from '../../graph/lora-sites.ts';
import type { LoraSiteSpec, LoraTargets } from '../../graph/lora-sites.ts';
import { CONFIDENCE_DIGITS, loraGradientNames, stretchNames } from '../../graph/lower-training.ts';
import type { Network } from '../../graph/network.ts';
import type { WeightSource } from '../../graph/weight-recipe.ts';
import type { RowReader } from '../../model/encode-weight.ts';
import { BIN_VALUES } from '../../training/loss-target.ts';
import type { LossTarget } from '../../training/loss-target.ts';
import { stretchArrays } from '../../training/stretch-arrays.ts';
import type { LossGradients, TrainedLora, TrainingPass } from '../../training/training-pass.ts';
import { FrozenCache } from './frozen-cache.ts';
import type { TrainingPaths } from './training-folder.ts';
import { trainerFailed } from './worker-messages.ts';

type Feeds = Readonly<Record<string, Tensor>>;

/** What of a sample does not depend on LoRA weights. */
interface Frozen {
  readonly byteLength: number;
  /** Hidden states that enter the trained layers, and keys and values before them. */
  readonly feeds: Feeds;
}

/** What {@link TrainingSessions} are opened for. */
export interface SessionOptions {
  readonly paths: TrainingPaths;
  readonly network: Network;
  readonly targets: Required<LoraTargets>;
  /** Reads rows of the model's tensors. */
  readonly read: RowReader;
  readonly threads: number;
  /** Most bytes of frozen activations that are kept. */
  readonly frozenBytes: number;
}

/** The training graphs of one choice of sites in onnxruntime. One prompt a run. */
export class TrainingSessions {
  readonly sites: readonly LoraSiteSpec[];
  readonly #options: SessionOptions;
  readonly #below: InferenceSession | undefined;
  readonly #measured: InferenceSession;
  readonly #trained: InferenceSession;
  readonly #frozen: FrozenCache<Frozen>;

  private constructor(
    options: SessionOptions,
    below: InferenceSession | undefined,
    measured: InferenceSession,
    trained: InferenceSession,
  ) {
    this.sites = loraSites(options.network, options.targets);
    this.#options = options;
    this.#below = below;
    this.#measured = measured;
    this.#trained = trained;
    this.#frozen = new FrozenCache(options.frozenBytes);
  }

  /** @throws SeclError `TRAINING_FAILED` if the runtime refuses a graph. */
  static async open(options: SessionOptions): Promise<TrainingSessions> {
    const create = (path: string, shared: boolean): Promise<InferenceSession> =>
      InferenceSession.create(path, {
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        enableMemPattern: false,
        logSeverityLevel: 3,
        extra: {
          session: {
            // Weights that two graphs share stay mapped from the file: each would pack a copy of its own.
            // Packed ones are multiplied by 15 to 25% faster.
            disable_prepacking: shared ? '1' : '0',
            // Threads that wait actively take the cores from answering.
            intra_op: { allow_spinning: '0' },
          },
        },
      });
    try {
      const { below, measured, trained } = options.paths;
      return new TrainingSessions(
        options,
        below === undefined ? undefined : await create(below, false),
        await create(measured, true),
        await create(trained, true),
      );
    } catch (error) {
      throw trainerFailed('the training graphs could not be loaded', error);
    }
  }

  /** Runs for one batch, which count its positions. */
  pass(confidenceTokenIds: readonly number[], checkCancelled: () => Promise<void>): CountingPass {
    const rows = { digit_rows: this.#rows(this.#options.network.head, confidenceTokenIds) };
    let forwardTokens = 0;
    const counted = new Set<string>();
    const prepare = async (sample: TrainingSample): Promise<Feeds> => {
      await checkCancelled();
      const key = `${sample.adaptFrom}:${sample.tokenIds.join()}`;
      let frozen = this.#frozen.get(key);
      if (frozen === undefined) {
        frozen = await this.#freeze(sample);
        this.#frozen.add(key, frozen);
      }
      // Kept or not: what an earlier batch left behind is gone after a crash, and the count is committed.
      if (!counted.has(key)) forwardTokens += sample.adaptFrom;
      counted.add(key);
      return { ...frozen.feeds, ...this.#stretch(sample), ...rows };
    };
    const stretchOf = ({ tokenIds, adaptFrom }: TrainingSample): number =>
      tokenIds.length - adaptFrom;
    return {
      measure: async (sample, lora) => {
        const feeds = { ...(await prepare(sample)), ...this.#lora(lora) };
        forwardTokens += stretchOf(sample);
        const { log_probabilities } = await run(this.#measured, feeds, ['log_probabilities']);
        return floats(log_probabilities);
      },
      differentiate: async (sample, lora, loss) => {
        const feeds = { ...(await prepare(sample)), ...this.#lora(lora), ...lossFeeds(loss) };
        forwardTokens += 3 * stretchOf(sample);
        return this.#gradients(feeds);
      },
      forwardTokens: () => forwardTokens,
    };
  }

  async close(): Promise<void> {
    this.#frozen.clear();
    for (const session of [this.#below, this.#measured, this.#trained]) await session?.release();
  }

  async #gradients(feeds: Feeds): Promise<LossGradients> {
    const names = this.sites.flatMap((site) => {
      const { a, b } = loraGradientNames(site);
      return [a, b];
    });
    const results = await run(this.#trained, feeds, ['loss', ...names]);
    return {
      loss: floats(results['loss'])[0] ?? Number.NaN,
      gradients: names.map((name) => floats(results[name])),
    };
  }

  /** Computes what does not depend on LoRA weights, with the base model alone. */
  async #freeze({ tokenIds, adaptFrom }: TrainingSample): Promise<Frozen> {
    const { network, targets } = this.#options;
    const { config } = network;
    const { hiddenSize: D, kvHeads, headSize } = config;
    const embedded = this.#rows(network.embedding, tokenIds, true);
    let entering = embedded;
    if (this.#below !== undefined) {
      const place = stretchArrays(config, 0, tokenIds.length);
      const { hidden } = await run(
        this.#below,
        {
          embedded,
          cos: matrix(place.cos, tokenIds.length),
          sin: matrix(place.sin, tokenIds.length),
          attention_bias: matrix(place.attentionBias, tokenIds.length),
        },
        ['hidden'],
      );
      entering = hidden as Tensor;
    }
    const states = floats(entering);
    const stretchStates = states.slice(adaptFrom * D);
    const layers = Array.from(
      { length: targets.lastLayers },
      (_, index) => config.layers - targets.lastLayers + index,
    );
    const empty = new Tensor('float32', new Float32Array(0), [1, kvHeads, 0, headSize]);
    const noPast = Object.fromEntries(
      layers.flatMap((layer) => {
        const { pastKey, pastValue } = stretchNames(layer);
        return [
          [pastKey, empty],
          [pastValue, empty],
        ];
      }),
    );
    const feeds: Record<string, Tensor> = {
      ...noPast,
      entering: new Tensor('float32', stretchStates, [1, tokenIds.length - adaptFrom, D]),
    };
    let byteLength = stretchStates.byteLength;
    if (adaptFrom > 0) {
      const names = layers.map(stretchNames);
      const earlier = {
        ...noPast,
        ...this.#idleLora(),
        ...this.#stretch({ tokenIds: tokenIds.slice(0, adaptFrom), adaptFrom: 0 }),
        entering: new Tensor('float32', states.slice(0, adaptFrom * D), [1, adaptFrom, D]),
        digit_rows: new Tensor('float32', new Float32Array(CONFIDENCE_DIGITS * D), [
          CONFIDENCE_DIGITS,
          D,
        ]),
      };
      const wanted = names.flatMap(({ key, value }) => [key, value]);
      const results = await run(this.#measured, earlier, wanted);
      for (const { key, value, pastKey, pastValue } of names) {
        feeds[pastKey] = results[key] as Tensor;
        feeds[pastValue] = results[value] as Tensor;
        byteLength += floats(results[key]).byteLength + floats(results[value]).byteLength;
      }
    }
    return { byteLength, feeds };
  }

  /** Places the positions from `adaptFrom` on. */
  #stretch({ tokenIds, adaptFrom }: Pick<TrainingSample, 'tokenIds' | 'adaptFrom'>): Feeds {
    const count = tokenIds.length - adaptFrom;
    const place = stretchArrays(this.#options.network.config, adaptFrom, count);
    const lastRow = (values: Float32Array): Tensor =>
      matrix(values.slice(-values.length / count), 1);
    return {
      cos: matrix(place.cos, count),
      sin: matrix(place.sin, count),
      attention_bias: matrix(place.attentionBias, count),
      last_cos: lastRow(place.cos),
      last_sin: lastRow(place.sin),
      last_bias: lastRow(place.attentionBias),
      last: new Tensor('int64', BigInt64Array.of(BigInt(count - 1)), [1]),
    };
  }

  #lora({ rank, scaling, sites }: TrainedLora): Feeds {
    const feeds: Record<string, Tensor> = { scaling: numbers(scaling) };
    sites.forEach((site) => {
      const names = loraInputNames(site);
      feeds[names.a] = new Tensor('float32', site.a, [rank, site.a.length / rank]);
      feeds[names.b] = new Tensor('float32', site.b, [site.b.length / rank, rank]);
    });
    return feeds;
  }

  /** LoRA that does nothing: the base model's own numbers come out, to the bit. */
  #idleLora(): Feeds {
    const sites = this.sites.map(({ layer, projection, inputSize, outputSize }) => ({
      layer,
      projection,
      a: new Float32Array(inputSize),
      b: new Float32Array(outputSize),
    }));
    return this.#lora({ rank: 1, scaling: 0, sites });
  }

  /** Rows of a matrix of the model, `[rows, D]` or `[1, rows, D]`. */
  #rows(source: WeightSource, indices: readonly number[], batched = false): Tensor {
    const { columns } = source;
    const rows = new Float32Array(indices.length * columns);
    indices.forEach((index, at) => {
      rows.set(this.#options.read(source, index, 1), at * columns);
    });
    return new Tensor('float32', rows, [...(batched ? [1] : []), indices.length, columns]);
  }
}

/** Runs that count positions. */
export interface CountingPass extends TrainingPass {
  /** Positions so far: frozen ones of each prompt once, kept from earlier or not, measured ones once, trained ones three times. */
  forwardTokens(): number;
}

function lossFeeds({ binWeights, squaredWeight, target }: LossTarget): Feeds {
  return {
    bin_weights: matrix(binWeights, 1),
    bin_values: matrix(BIN_VALUES, 1),
    target: numbers(target),
    squared_weight: numbers(squaredWeight),
  };
}

function numbers(...values: readonly number[]): Tensor {
  return new Tensor('float32', Float32Array.from(values), [values.length]);
}

function matrix(values: Float32Array, rows: number): Tensor {
  return new Tensor('float32', values, [rows, values.length / rows]);
}

function floats(tensor: Tensor | undefined): Float32Array {
  return tensor?.data as Float32Array;
}

async function run(
  session: InferenceSession,
  feeds: Feeds,
  wanted: readonly string[],
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return await session.run(feeds, [...wanted]);
  } catch (error) {
    if (error instanceof SeclError) throw error;
    throw trainerFailed('the training graph could not be run', error);
  }
}
