import type { LoraAdapter } from '../../ports/language-model.ts';
import type { StandInVocabulary } from './stand-in-vocabulary.ts';

/** D of the stand-in. */
export const STAND_IN_HIDDEN = 8;

/** What the latest instruction asks for: a short answer, a digit, true or false, a letter, reasoning. */
const MODES = { short: 0, digit: 1, truth: 2, letter: 3, steps: 4 } as const;

/** Logit of every token that no rule speaks of. */
const FLOOR = -12;
/** Words of reasoning before the conclusion. */
const REASONING_WORDS = 4;

/** State of the pseudo-network after one position. */
export interface StandInState {
  /** Hash of all ids so far, 32 bits. */
  readonly hash: number;
  /** One of the modes. */
  readonly mode: number;
  /** Tokens since the assistant began to write. */
  readonly written: number;
}

/** A distribution over few tokens; all others have the floor's logit. */
export interface SparseLogits {
  readonly floor: number;
  readonly ids: readonly number[];
  readonly logits: readonly number[];
}

/**
 * The rules of a pseudo language model: the next token depends on a hash of the whole text, within what the
 * latest instruction asks for. It answers a question with one to three words that depend on the question,
 * gives digits and True or False some preference, and knows nothing.
 */
export class StandInNetwork {
  /** Uniform in `[−0.5, 0.5)`, shape `[V, D]`. Read only. */
  readonly embeddings: Float64Array;
  readonly #vocabulary: StandInVocabulary;
  readonly #seed: number;
  readonly #modeOf: ReadonlyMap<number, number>;
  readonly #turnStart: number;
  readonly #end: number;

  constructor(vocabulary: StandInVocabulary, seed: number) {
    this.#vocabulary = vocabulary;
    this.#seed = mix(seed, 0x9e3779b9);
    this.embeddings = Float64Array.from({ length: vocabulary.size * STAND_IN_HIDDEN }, (_, i) => {
      const token = Math.floor(i / STAND_IN_HIDDEN);
      return uniform(mix(this.#seed, token), i % STAND_IN_HIDDEN) - 0.5;
    });
    const word = (text: string): number => vocabulary.ids.get(text) as number;
    this.#modeOf = new Map<number, number>([
      [word(' digit'), MODES.digit],
      ...[...vocabulary.trueForms, ...vocabulary.falseForms].map((id): [number, number] => [
        id,
        MODES.truth,
      ]),
      [word(' letter'), MODES.letter],
      [word(' step'), MODES.steps],
    ]);
    this.#turnStart = vocabulary.specials.get('<|im_start|>') as number;
    this.#end = vocabulary.specials.get('<|im_end|>') as number;
  }

  /** The state before any position. */
  get initial(): StandInState {
    return { hash: this.#seed, mode: MODES.short, written: 0 };
  }

  /** `<|im_start|>assistant\n` is four tokens; what follows them is the answer. */
  step({ hash, mode, written }: StandInState, token: number): StandInState {
    return {
      hash: mix(hash, token),
      mode: this.#modeOf.get(token) ?? mode,
      written: token === this.#turnStart ? -ASSISTANT_TURN : written + 1,
    };
  }

  /**
   * The next-token distribution after a state.
   *
   * @param shift - What an adapter adds per digit above 4.5, and to True.
   */
  distribution({ hash, mode, written }: StandInState, shift: number): SparseLogits {
    const { digits, letters, firstWords, laterWords, trueForms, falseForms } = this.#vocabulary;
    const ids: number[] = [];
    const logits: number[] = [];
    const add = (id: number, logit: number): void => {
      ids.push(id);
      logits.push(logit);
    };
    const spread = (list: readonly number[], base: number, width: number, lift = 0): void => {
      for (const id of list) add(id, base + width * uniform(hash, id) + lift);
    };
    const concluding = mode === MODES.steps && written > REASONING_WORDS;
    const wordsWanted = mode === MODES.short || (mode === MODES.steps && !concluding);
    const digitBase = mode === MODES.digit || concluding ? 2 : -3;
    for (const [value, id] of digits.entries())
      add(id, digitBase + 5 * uniform(hash, id) + shift * (value - 4.5));
    spread(trueForms, mode === MODES.truth ? 2 : -4, 4, shift);
    spread(falseForms, mode === MODES.truth ? 2 : -4, 4, -shift);
    spread(letters, mode === MODES.letter ? 2 : -3, 5);
    spread(written > 0 ? laterWords : firstWords, wordsWanted ? 1 : -4, 5);
    if (mode === MODES.steps) {
      add(this.#vocabulary.conclusion, written === REASONING_WORDS ? 12 : -6);
      add(this.#end, written > REASONING_WORDS + 1 ? 12 : -6);
    } else add(this.#end, endLogit(mode, written) + 3 * uniform(hash, this.#end));
    add(this.#vocabulary.lineBreak, -3);
    return { floor: FLOOR, ids, logits };
  }
}

/** `<|im_start|>`, the tokens of `assistant`, a line break: how many come before the answer. */
const ASSISTANT_TURN = 6;

function endLogit(mode: number, written: number): number {
  if (written <= 0) return -4;
  return mode === MODES.short ? 2 * written : 9;
}

/**
 * The effect of an adapter on the stand-in: scaling times the sum over sites of the mean entry of `B·A`.
 * Linear in B, so an adapter whose B is zero changes nothing.
 */
export function adapterShift(adapter: LoraAdapter | undefined): number {
  if (adapter === undefined) return 0;
  const { rank, scaling, sites } = adapter;
  let shift = 0;
  for (const { a, b } of sites)
    for (let r = 0; r < rank; r++) {
      let meanA = 0;
      for (let i = r * (a.length / rank); i < (r + 1) * (a.length / rank); i++)
        meanA += (a[i] as number) / (a.length / rank);
      let meanB = 0;
      for (let i = r; i < b.length; i += rank) meanB += (b[i] as number) / (b.length / rank);
      shift += meanA * meanB;
    }
  return scaling * shift;
}

/** 32 bits of (hash, value), unsigned; the finaliser is murmur3's. */
function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1) + value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform in `[0, 1)`. */
function uniform(hash: number, value: number): number {
  return mix(hash, value + 0x51ed27) / 4294967296;
}
