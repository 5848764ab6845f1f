/**
 * Every code a {@link SeclError} can carry, with what it means for whoever meets it.
 * The list is closed: a new failure gets a new line here, in its room's block.
 */
export const ERROR_CODES = {
  // Any room
  PRECONDITION: 'A caller broke a documented precondition.',
  CANCELLED: 'The work was cancelled by its caller.',
  USAGE: 'The command line was used wrongly.',
  // gguf, tokenizer, model, graph
  GGUF_INVALID: 'The file is not a GGUF file that can be trusted.',
  GGUF_UNSUPPORTED: 'The GGUF file uses a version, type or field that is not supported.',
  TOKENIZER_UNSUPPORTED: 'The tokenizer in the model file is of an unknown kind.',
  CHAT_TEMPLATE_INVALID: 'The chat template in the model file is missing or cannot be rendered.',
  MODEL_UNSUPPORTED: 'The architecture of the model is unknown.',
  MODEL_INVALID: 'The model file lacks a tensor or field, or has one of the wrong shape.',
  GRAPH_INVALID: 'A computation graph failed verification.',
  CONTEXT_OVERFLOW: 'A prompt is longer than the context of the model or its cache.',
  MODEL_FAILED: 'The inference runtime failed.',
  ADAPTER_REFUSED: 'The adapter does not fit the model or is damaged.',
  TRAINING_FAILED: 'A training batch could not be trained on.',
  // model store and hub
  MODEL_NOT_FOUND: 'No model of that name or path is known.',
  DOWNLOAD_FAILED: 'No source could deliver the file.',
  CHECKSUM_MISMATCH: 'A file does not have the expected checksum.',
  STORE_FAILED: 'The model cache or the log folder could not be read or written, or is full.',
  // page
  ADDRESS_IN_USE: 'The address to listen on is taken, or not this machine’s.',
  // alerts
  WEBHOOK_FAILED: 'The webhook could not be reached, or refused an alert.',
  // broker
  LOG_IN_USE: 'Another process has the log folder open.',
  LOG_CORRUPT: 'The log folder is damaged or of another format.',
  TOPIC_UNKNOWN: 'The topic does not exist.',
  OFFSET_OUT_OF_RANGE: 'The offset is not, or no longer, in the log.',
  FENCED: 'A newer owner has taken over the partition.',
  BROKER_CLOSED: 'The broker was closed.',
  BROKER_FAILED: 'The broker could not be reached, or refused a request.',
  REGISTRY_FAILED: 'The schema registry could not be reached, or refused a request.',
  STALLED: 'A worker that took records made no progress for too long, and gave up its partitions.',
  RECORD_TOO_LARGE: 'A record exceeds the size limit.',
  STATE_MISMATCH: 'Committed state belongs to another topology, prompt set, model or schema.',
  // records, topologies, streams
  RECORD_INVALID: 'A record could not be decoded.',
  SCHEMA_INVALID: 'A record schema is missing or incompatible.',
  TOPOLOGY_INVALID: 'The topology file has errors.',
  STREAM_INVALID: 'The stream file has errors.',
  FILE_UNREADABLE: 'A file could not be read or written.',
} as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;
