import { setImmediate, setTimeout } from 'node:timers/promises';
import type {
  DistributionRow,
  ForwardBatch,
  ForwardPass,
  UpcomingPositions,
} from '../../decoding/forward-pass.ts';
import type { LoraAdapter } from '../../ports/language-model.ts';
import { adapterShift, STAND_IN_HIDDEN, type StandInNetwork } from './stand-in-network.ts';

/** How much of the hidden state one more position leaves. */
const MEMORY = 0.97;
/** Runs between two turns of the event loop, so that timers and aborts get through. */
const RUNS_PER_TURN = 16;

/** Copies of a few slots' state. */
export interface SavedStates {
  readonly hashes: Uint32Array;
  readonly modes: Uint8Array;
  readonly written: Int32Array;
  readonly hidden: Float32Array;
}

/** The stand-in network with its state by slot, as a real one keeps keys and values by slot. */
export class StandInForwardPass implements ForwardPass<SavedStates> {
  readonly rowLimit: number = 64;
  readonly #network: StandInNetwork;
  readonly #vocabularySize: number;
  readonly #delayMs: number;
  readonly #states: SavedStates;
  readonly #rows: { logits: Float32Array; ids: readonly number[] }[] = [];
  #shift = 0;
  #runs = 0;

  /**
   * @param slots - Capacity.
   * @param delayMs - Milliseconds that a run takes per position; 0 for as fast as can be.
   */
  constructor(network: StandInNetwork, vocabularySize: number, slots: number, delayMs: number) {
    this.#network = network;
    this.#vocabularySize = vocabularySize;
    this.#delayMs = delayMs;
    this.#states = emptyStates(slots);
  }

  textLimit(): number {
    return this.rowLimit;
  }

  runLength({ tokens }: UpcomingPositions): number {
    return Math.min(512, tokens.length);
  }

  async run(batch: ForwardBatch): Promise<readonly DistributionRow[]> {
    if (this.#delayMs > 0) await setTimeout(this.#delayMs * batch.tokens.length);
    else if (++this.#runs % RUNS_PER_TURN === 0) await setImmediate();
    for (let t = 0; t < batch.tokens.length; t++)
      this.#step(
        batch.start + t,
        batch.parents[batch.start + t] as number,
        batch.tokens[t] as number,
      );
    return batch.wanted.map((t, m) =>
      this.#row(m, batch.start + t, batch.adapted?.[t] === 1 ? this.#shift : 0),
    );
  }

  move(from: number, to: number, count: number): void {
    const { hashes, modes, written, hidden } = this.#states;
    for (const array of [hashes, modes, written]) array.copyWithin(to, from, from + count);
    const D = STAND_IN_HIDDEN;
    hidden.copyWithin(to * D, from * D, (from + count) * D);
  }

  save(count: number): SavedStates {
    const { hashes, modes, written, hidden } = this.#states;
    return {
      hashes: hashes.slice(0, count),
      modes: modes.slice(0, count),
      written: written.slice(0, count),
      hidden: hidden.slice(0, count * STAND_IN_HIDDEN),
    };
  }

  load(saved: SavedStates, from: number, count: number, to: number): void {
    const { hashes, modes, written, hidden } = this.#states;
    hashes.set(saved.hashes.subarray(from, from + count), to);
    modes.set(saved.modes.subarray(from, from + count), to);
    written.set(saved.written.subarray(from, from + count), to);
    const D = STAND_IN_HIDDEN;
    hidden.set(saved.hidden.subarray(from * D, (from + count) * D), to * D);
  }

  useAdapter(adapter: LoraAdapter | undefined): void {
    this.#shift = adapterShift(adapter);
  }

  #step(slot: number, parent: number, token: number): void {
    const { hashes, modes, written, hidden } = this.#states;
    const before = this.#stateOf(parent);
    const state = this.#network.step(before, token);
    hashes[slot] = state.hash;
    modes[slot] = state.mode;
    written[slot] = state.written;
    const { embeddings } = this.#network;
    const D = STAND_IN_HIDDEN;
    for (let d = 0; d < D; d++)
      hidden[slot * D + d] =
        (parent < 0 ? 0 : MEMORY * (hidden[parent * D + d] as number)) +
        (embeddings[token * D + d] as number);
  }

  #stateOf(slot: number): { hash: number; mode: number; written: number } {
    if (slot < 0) return this.#network.initial;
    const { hashes, modes, written } = this.#states;
    return {
      hash: hashes[slot] as number,
      mode: modes[slot] as number,
      written: written[slot] as number,
    };
  }

  #row(m: number, slot: number, shift: number): DistributionRow {
    const { floor, ids, logits } = this.#network.distribution(this.#stateOf(slot), shift);
    const row = (this.#rows[m] ??= {
      logits: new Float32Array(this.#vocabularySize).fill(floor),
      ids: [],
    });
    for (const id of row.ids) row.logits[id] = floor;
    row.ids = ids;
    ids.forEach((id, i) => (row.logits[id] = logits[i] as number));
    const tail = this.#vocabularySize - ids.length;
    let sum = tail * Math.exp(floor);
    let mean = floor * sum;
    for (const id of ids) {
      const logit = row.logits[id] as number;
      const weight = Math.exp(logit);
      sum += weight;
      mean += logit * weight;
    }
    const logNormalizer = Math.log(sum);
    const D = STAND_IN_HIDDEN;
    return {
      logits: row.logits,
      logNormalizer,
      entropyNats: logNormalizer - mean / sum,
      hidden: this.#states.hidden.subarray(slot * D, (slot + 1) * D),
    };
  }
}

function emptyStates(slots: number): SavedStates {
  return {
    hashes: new Uint32Array(slots),
    modes: new Uint8Array(slots),
    written: new Int32Array(slots),
    hidden: new Float32Array(slots * STAND_IN_HIDDEN),
  };
}
