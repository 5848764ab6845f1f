import type { TokenLedger } from '../ports/language-model.ts';

/** What a position was computed for. */
export type PositionUse = 'prompt' | 'generated' | 'scored';

/** Counts one request's positions while they are computed; see {@link TokenLedger}. */
export class PositionMeter {
  readonly #prompt: number;
  readonly #computed: Record<PositionUse, number> = { prompt: 0, generated: 0, scored: 0 };
  #cached = 0;

  /** @param prompt - Positions of the prompt as given. */
  constructor(prompt: number) {
    this.#prompt = prompt;
  }

  /** Prompt positions that were found, or given back (a negative count) to be computed after all. */
  serve(positions: number): void {
    this.#cached += positions;
  }

  /** The network ran over one position for this request. */
  pay(use: PositionUse): void {
    this.#computed[use]++;
  }

  /** The counts so far. */
  ledger(): TokenLedger {
    const { prompt, generated, scored } = this.#computed;
    return {
      prompt: this.#prompt,
      cached: this.#cached,
      generated,
      scored,
      computed: prompt + generated + scored,
    };
  }
}
