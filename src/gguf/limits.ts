/**
 * Limits of the reader. A header is attacker's text until checked: each count is held against these,
 * and against the bytes left in the file, before anything is allocated or looped over.
 */

/** Metadata entries. Files in the wild have 20 to 100. */
export const MAX_METADATA_COUNT = 65_536;

/** Tensors. Dense models have some hundreds, the largest mixtures of experts some ten thousand. */
export const MAX_TENSOR_COUNT = 65_536;

/** Bytes of a metadata key: the GGUF specification's own limit, 2^16 − 1. */
export const MAX_KEY_BYTES = 65_535;

/** Bytes of a tensor name. The specification says 64; some builds of ggml write up to 256. */
export const MAX_TENSOR_NAME_BYTES = 256;

/** Bytes of a string value. The longest known are whole `tokenizer.json` files, about 30 MB. */
export const MAX_STRING_BYTES = 64 * 1024 * 1024;

/** Elements of an array. Vocabularies and merge lists reach some 600,000. */
export const MAX_ARRAY_LENGTH = 16 * 1024 * 1024;

/** Arrays in arrays; nobody is known to write more than one level, and recursion must end somewhere. */
export const MAX_ARRAY_DEPTH = 4;

/** Dimensions of a tensor: ggml's `GGML_MAX_DIMS`. */
export const MAX_DIMENSIONS = 4;

/** Alignment in bytes: the largest page size in use; files in the wild have 32. */
export const MAX_ALIGNMENT = 65_536;

/** Alignment where `general.alignment` is missing: the specification's default. */
export const DEFAULT_ALIGNMENT = 32;

/** Fewest bytes a metadata entry can take: key length (8), a key of one byte, type (4), a value of one byte. */
export const MIN_METADATA_BYTES = 14;

/** Fewest bytes a tensor entry can take: name length (8), a name of one byte, dimension count (4), type (4), offset (8). */
export const MIN_TENSOR_BYTES = 25;
