import {
  type GgufMetadata,
  metadataNumber,
  metadataNumbers,
  metadataText,
  metadataTexts,
} from '../gguf/metadata.ts';
import { tokenizerUnsupported } from './tokenizer-fault.ts';

/** What a token is, as llama.cpp numbers it (`enum llama_token_type`). */
const TOKEN_TYPE = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5 } as const;

/** Texts that end a turn or a text in the models known here, wherever they are control tokens. */
const END_TEXTS = ['<|im_end|>', '<|endoftext|>', '<|eot_id|>', '<|end|>'];

/** Metadata keys that name end tokens; the first that is there comes first in `endTokenIds`. */
const END_KEYS = ['eos', 'eot', 'eom'].map((name) => `tokenizer.ggml.${name}_token_id`);

/** The token tables of a model file, checked. */
export interface Vocabulary {
  /** Text by id; of normal tokens in the byte alphabet, of all others as it is. Shape `[V]`. */
  readonly tokens: readonly string[];
  /** Id by text, normal tokens only. */
  readonly normalIds: ReadonlyMap<string, number>;
  /** Id by text of control tokens: they steer the model, and count only in the template's own text. */
  readonly controlIds: ReadonlyMap<string, number>;
  /** Id by text of tokens that were added as whole words: they count in any text, e.g. `<tool_call>`. */
  readonly wordIds: ReadonlyMap<string, number>;
  /** Pairs of token texts, the most important first. */
  readonly merges: readonly (readonly [string, string])[];
  /** Name of the rules that split text into words, e.g. `qwen2`. */
  readonly splitting: string;
  readonly endTokenIds: readonly number[];
  /** Text of the begin and end tokens, for templates that name them. */
  readonly beginText: string;
  readonly endText: string;
}

/** The pairs of the merge list. */
function readMerges(metadata: GgufMetadata): [string, string][] {
  const lines = metadataTexts(metadata, 'tokenizer.ggml.merges');
  if (lines === undefined) throw tokenizerUnsupported('The model file has no list of merges');
  return lines.map((line, rank) => {
    // The byte alphabet has no space, so the one there is separates.
    const space = line.indexOf(' ');
    if (space < 1 || space === line.length - 1 || line.includes(' ', space + 1)) {
      throw tokenizerUnsupported(`Merge ${rank} of the vocabulary is no pair`);
    }
    return [line.slice(0, space), line.slice(space + 1)];
  });
}

/** A token id at a metadata key, checked. */
function readId(metadata: GgufMetadata, key: string, size: number): number | undefined {
  const id = metadataNumber(metadata, key);
  if (id !== undefined && !(Number.isInteger(id) && id >= 0 && id < size)) {
    throw tokenizerUnsupported(`${key} is ${id}, no token of ${size}`);
  }
  return id;
}

/**
 * Reads the token tables from a model file's metadata.
 *
 * @throws SeclError `TOKENIZER_UNSUPPORTED` if it is not a byte-level BPE vocabulary, or is damaged;
 *   `GGUF_INVALID` if a key holds something of another type.
 */
export function readVocabulary(metadata: GgufMetadata): Vocabulary {
  const kind = metadataText(metadata, 'tokenizer.ggml.model');
  if (kind !== 'gpt2') {
    throw tokenizerUnsupported(
      `The tokenizer is of the kind ${kind ?? '(none)'}; only gpt2, byte-level BPE, is known`,
    );
  }
  const tokens = metadataTexts(metadata, 'tokenizer.ggml.tokens');
  const types = metadataNumbers(metadata, 'tokenizer.ggml.token_type');
  if (tokens === undefined || tokens.length === 0) {
    throw tokenizerUnsupported('The model file has no tokens');
  }
  if (types !== undefined && types.length !== tokens.length) {
    throw tokenizerUnsupported(`There are ${types.length} types for ${tokens.length} tokens`);
  }
  const normalIds = new Map<string, number>();
  const controlIds = new Map<string, number>();
  const wordIds = new Map<string, number>();
  tokens.forEach((text, id) => {
    const type = types?.[id] ?? TOKEN_TYPE.normal;
    if (type === TOKEN_TYPE.unused || text === '') return;
    const special = type === TOKEN_TYPE.control || type === TOKEN_TYPE.unknown;
    const ids = special ? controlIds : type === TOKEN_TYPE.userDefined ? wordIds : normalIds;
    if (ids.has(text))
      throw tokenizerUnsupported(`Token ${id} has the same text as ${ids.get(text)!}`);
    ids.set(text, id);
  });
  const endIds = [
    ...END_KEYS.map((key) => readId(metadata, key, tokens.length)),
    ...END_TEXTS.map((text) => controlIds.get(text)),
  ].filter((id) => id !== undefined);
  const begin = readId(metadata, 'tokenizer.ggml.bos_token_id', tokens.length);
  return {
    tokens,
    normalIds,
    controlIds,
    wordIds,
    merges: readMerges(metadata),
    splitting: metadataText(metadata, 'tokenizer.ggml.pre') ?? '(none)',
    endTokenIds: [...new Set(endIds)],
    beginText: begin === undefined ? '' : tokens[begin]!,
    endText: endIds[0] === undefined ? '' : tokens[endIds[0]]!,
  };
}
