import { SeclError } from '../errors/secl-error.ts';
import { metadataNumber, metadataText } from '../gguf/metadata.ts';
import type { GgufHeader } from '../gguf/read-gguf.ts';
import type { NetworkConfig } from '../graph/network.ts';
import type { RowOrder, WeightSource } from '../graph/weight-recipe.ts';

const STORED: RowOrder = { kind: 'stored' };

/** Keys under the architecture's name that descriptions read or that change nothing. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'block_count',
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'rope.freq_base',
  'rope.dimension_count',
  'rope.scaling.type',
  'vocab_size',
]);

/** Larger than any network; a file that claims more is damaged. */
const MAX_LAYERS = 1024;

/**
 * Positions that are served at most, whatever the file claims: the rotary tables grow with them (64 MB
 * here, for heads 128 wide), and the claim is one number that nothing else in the file backs.
 */
const MAX_CONTEXT = 131_072;

/**
 * Reads a network's description out of a GGUF header: its numbers checked for plausibility, its tensors
 * for existence and shape, and everything in the file that no description asked for refused, since it
 * would change what the network computes.
 */
export class NetworkReader {
  readonly config: NetworkConfig;
  readonly #header: GgufHeader;
  readonly #used = new Set<string>();

  /** @throws SeclError `MODEL_INVALID`, `MODEL_UNSUPPORTED` or `GGUF_INVALID`. */
  constructor(header: GgufHeader, architecture: string) {
    this.#header = header;
    this.#refuseUnknownKeys(architecture);
    const key = (name: string): string => `${architecture}.${name}`;
    const hiddenSize = this.#size(key('embedding_length'));
    const heads = this.#size(key('attention.head_count'));
    const kvHeads = this.#size(key('attention.head_count_kv'), heads);
    const headSize = this.#size(key('attention.key_length'), hiddenSize / heads);
    const layers = this.#size(key('block_count'));
    const normEpsilon = metadataNumber(header.metadata, key('attention.layer_norm_rms_epsilon'));
    const ropeTheta = metadataNumber(header.metadata, key('rope.freq_base')) ?? 10_000;
    this.config = {
      architecture,
      layers,
      hiddenSize,
      feedForwardSize: this.#size(key('feed_forward_length')),
      heads,
      kvHeads,
      headSize,
      vocabularySize: this.#vocabularySize(),
      contextLength: Math.min(this.#size(key('context_length')), MAX_CONTEXT),
      normEpsilon: normEpsilon ?? Number.NaN,
      ropeTheta,
    };
    const valueSize = this.#size(key('attention.value_length'), headSize);
    const turned = this.#size(key('rope.dimension_count'), headSize);
    const scaling = metadataText(header.metadata, key('rope.scaling.type')) ?? 'none';
    this.#check(layers <= MAX_LAYERS, `it claims ${layers} layers`);
    this.#check(heads % kvHeads === 0, `${kvHeads} key heads do not divide ${heads} heads`);
    this.#check(headSize % 2 === 0, `heads are ${headSize} wide, an odd number`);
    this.#check(Number.isFinite(normEpsilon) && this.config.normEpsilon > 0, 'its norms have no ε');
    this.#check(Number.isFinite(ropeTheta) && ropeTheta > 1, `its rotation base is ${ropeTheta}`);
    if (valueSize !== headSize || turned !== headSize) {
      throw unsupported(`heads of ${headSize} with values of ${valueSize} and ${turned} rotated`);
    }
    if (scaling !== 'none') throw unsupported(`rope scaling of type ${scaling}`);
  }

  /** Whether the file has a tensor. */
  has(tensor: string): boolean {
    return this.#header.tensors.has(tensor);
  }

  /**
   * A tensor of known shape; `columns` is 1 for a vector.
   *
   * @throws SeclError `MODEL_INVALID` if it is missing or of another shape.
   */
  weight(tensor: string, rows: number, columns: number, rowOrder: RowOrder = STORED): WeightSource {
    const found = this.#header.tensors.get(tensor);
    if (found === undefined) throw invalid(`the tensor ${tensor} is missing`);
    const expected = columns === 1 ? [rows] : [columns, rows];
    const dims = trimOnes(found.dims);
    if (dims.join() !== trimOnes(expected).join()) {
      throw invalid(`${tensor} has the shape [${dims.join()}], expected [${expected.join()}]`);
    }
    this.#used.add(tensor);
    return { tensor, rows, columns, rowOrder };
  }

  /** A vector that may be missing. */
  optionalVector(
    tensor: string,
    rows: number,
    rowOrder: RowOrder = STORED,
  ): WeightSource | undefined {
    return this.has(tensor) ? this.weight(tensor, rows, 1, rowOrder) : undefined;
  }

  /**
   * Ends the reading.
   *
   * @throws SeclError `MODEL_UNSUPPORTED` if the file has tensors that nothing asked for.
   */
  finish(): void {
    for (const tensor of this.#header.tensors.keys()) {
      if (!this.#used.has(tensor)) throw unsupported(`the tensor ${tensor}`);
    }
  }

  #vocabularySize(): number {
    const rows = this.#header.tensors.get('token_embd.weight')?.dims[1];
    if (rows === undefined) throw invalid('the tensor token_embd.weight is missing or no matrix');
    return rows;
  }

  #size(key: string, otherwise?: number): number {
    const value = metadataNumber(this.#header.metadata, key) ?? otherwise;
    if (value === undefined) throw invalid(`${key} is missing`);
    if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31) {
      throw invalid(`${key} is ${value}, not a size`);
    }
    return value;
  }

  #check(condition: boolean, what: string): void {
    if (!condition) throw invalid(what);
  }

  #refuseUnknownKeys(architecture: string): void {
    const prefix = `${architecture}.`;
    for (const key of this.#header.metadata.keys()) {
      if (key.startsWith(prefix) && !KNOWN_KEYS.has(key.slice(prefix.length))) {
        throw unsupported(`the setting ${key}`);
      }
    }
  }
}

function trimOnes(dims: readonly number[]): readonly number[] {
  let length = dims.length;
  while (length > 1 && dims[length - 1] === 1) length -= 1;
  return dims.slice(0, length);
}

function invalid(what: string): SeclError {
  return new SeclError('MODEL_INVALID', `The model file cannot be used: ${what}.`, {
    hint: 'Download the file again, or convert the model again with a current llama.cpp.',
  });
}

function unsupported(what: string): SeclError {
  return new SeclError('MODEL_UNSUPPORTED', `The model uses ${what}, which is not supported.`, {
    hint: 'Choose another model, e.g. one that `secl model list` names.',
  });
}
