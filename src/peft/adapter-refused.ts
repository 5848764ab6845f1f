import { SeclError } from '../errors/secl-error.ts';

/** Why an adapter is refused, one line each. They stand in decisions and in `docs/adapters.md`. */
export const REFUSALS = {
  DAMAGED: 'The bytes are no safetensors file that can be trusted.',
  TOO_LARGE: 'It is larger than allowed, or of a higher rank.',
  WRONG_HASH: 'The bytes are not those that the record names.',
  WRONG_BASE: 'It was trained on another base model.',
  MISSING: 'The bytes are neither in the record nor in the store.',
  NOT_FINITE: 'A number is not finite, or absurdly large.',
  UNKNOWN_SITE: 'It acts where the model takes no adapter.',
  MISSING_SITE: 'It leaves out a layer, so that nothing could be trained on top of it.',
  WRONG_SHAPE: 'A matrix has not the shape that rank and model ask for.',
  CONFIG_INVALID: 'adapter_config.json cannot be read, or does not fit the weights.',
  NOT_LORA: 'It is of another kind than LoRA.',
  RANK_PATTERN: 'It has a rank of its own for some modules.',
  ALPHA_PATTERN: 'It has an alpha of its own for some modules.',
  RSLORA: 'It is scaled by alpha over the square root of the rank.',
  DORA: 'It has magnitudes beside its matrices.',
  MODULES_TO_SAVE: 'It replaces whole modules.',
  BIAS: 'It has trained biases.',
  UNKNOWN_OPTION: 'It uses an option that is not known here.',
} as const;

/** One of {@link REFUSALS}. */
export type RefusalCode = keyof typeof REFUSALS;

/** Why an adapter is refused. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence without a full stop, fit for a terminal. */
  readonly reason: string;
}

/** Longest text of a reason, in UTF-16 code units: names from a file may be long. */
const MAX_SHOWN = 300;

/** What an `ADAPTER_REFUSED` of this room carries underneath, so that a decision can name the code. */
class RefusalCause implements Refusal {
  readonly code: RefusalCode;
  readonly reason: string;

  constructor(code: RefusalCode, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/**
 * The error for an adapter that is not let in.
 *
 * @param reason - One sentence without a full stop; text of a file in it is made fit for a terminal.
 */
export function adapterRefused(code: RefusalCode, reason: string): SeclError {
  const safe = reason.replaceAll(/\p{Cc}/gu, '\uFFFD');
  const shown = safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)} …` : safe;
  return new SeclError('ADAPTER_REFUSED', `the adapter was refused (${code}): ${shown}`, {
    hint: HINTS[code] ?? 'Use a plain LoRA adapter that was trained on this very model.',
    cause: new RefusalCause(code, shown),
  });
}

/** What to do, where it differs from the usual. */
const HINTS: Partial<Readonly<Record<RefusalCode, string>>> = {
  DAMAGED: 'Export or download it again; the file must be whole.',
  WRONG_HASH: 'Bring back the file that was stored, or go on with another version.',
  MISSING: 'Bring back the `adapters` folder of the run, or go on with another version.',
};

/**
 * The refusal that an error carries. An `ADAPTER_REFUSED` from elsewhere counts as `DAMAGED`.
 *
 * @returns `undefined` for any other error, which is a fault and no refusal.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof SeclError) || error.code !== 'ADAPTER_REFUSED') return undefined;
  const { cause } = error;
  return cause instanceof RefusalCause
    ? { code: cause.code, reason: cause.reason }
    : { code: 'DAMAGED', reason: error.message };
}
