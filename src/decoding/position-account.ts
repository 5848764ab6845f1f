import type {
  GenerateRequest,
  GenerateResult,
  NextTokenRequest,
  ScoreRequest,
  TokenLedger,
} from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import { PositionMeter, type PositionUse } from './position-meter.ts';

/** A position that a scope has computed: which call did so last, and what follows it. */
interface Visited {
  readonly next: Map<number, Visited>;
  /** Step that made it. */
  readonly made: number;
  /** Step that last computed it again for its distribution. */
  again: number;
}

/**
 * Says what a scope's calls cost, without a network: the ledgers that an engine would have written whose cache
 * loses nothing while the scope is open. For results that were kept and are served again, in whatever company.
 *
 * Positions count once for all requests that agree up to them; a cached one whose distribution is asked for again is
 * computed again; shared prefixes are served. See {@link TokenLedger}. Calls are made in the scope's order.
 */
export class PositionAccount {
  readonly #root: Visited = { next: new Map(), made: 0, again: 0 };
  #step = 0;

  /** @param sharedPrefixes - Those that the scope was opened with. */
  constructor(sharedPrefixes: readonly TokenIds[] = []) {
    for (const ids of sharedPrefixes) this.#follow(this.#root, ids, new PositionMeter(0), 'prompt');
  }

  /** @param results - What was written, one per request. */
  generate(
    requests: readonly GenerateRequest[],
    results: readonly Pick<GenerateResult, 'tokens' | 'finishReason'>[],
  ): TokenLedger[] {
    this.#step++;
    const rows = requests.map(({ prompt }, i) => {
      const meter = new PositionMeter(prompt.length);
      const at = this.#follow(this.#root, prompt, meter, 'prompt');
      this.#want(at, meter, 'prompt');
      const { tokens = [], finishReason = 'stop' } = results[i] ?? {};
      // The last token of a text that was cut is not computed: nothing follows it.
      const written = finishReason === 'stop' ? tokens : tokens.slice(0, -1);
      return { meter, at, ids: written.map(({ id }) => id) };
    });
    // All texts grow by one token a step, and the first of those that agree pays.
    const longest = Math.max(0, ...rows.map(({ ids }) => ids.length));
    for (let t = 0; t < longest; t++) {
      this.#step++;
      for (const row of rows) {
        if (t >= row.ids.length) continue;
        row.at = this.#follow(row.at, row.ids.slice(t, t + 1), row.meter, 'generated');
        this.#want(row.at, row.meter, 'generated');
      }
    }
    return rows.map(({ meter }) => meter.ledger());
  }

  next(requests: readonly NextTokenRequest[]): TokenLedger[] {
    const ledgers: TokenLedger[] = [];
    // Those that ask for the adapter before come after the others.
    for (const previous of [undefined, true]) {
      this.#step++;
      for (const [i, request] of requests.entries())
        if (request.previous === previous) ledgers[i] = this.#ask(request);
    }
    return ledgers;
  }

  #ask({ prompt, adaptFrom }: NextTokenRequest): TokenLedger {
    const meter = new PositionMeter(prompt.length);
    if (adaptFrom === undefined) {
      this.#want(this.#follow(this.#root, prompt, meter, 'prompt'), meter, 'prompt');
      return meter.ledger();
    }
    this.#follow(this.#root, prompt.slice(0, adaptFrom), meter, 'prompt');
    for (let t = adaptFrom; t < prompt.length; t++) meter.pay('prompt');
    return meter.ledger();
  }

  score(requests: readonly ScoreRequest[]): TokenLedger[] {
    this.#step++;
    return requests.map(({ prompt, continuation }) => {
      const meter = new PositionMeter(prompt.length);
      let at = this.#follow(this.#root, prompt, meter, 'prompt');
      this.#want(at, meter, 'prompt');
      for (const id of continuation.slice(0, -1)) {
        at = this.#follow(at, [id], meter, 'scored');
        this.#want(at, meter, 'scored');
      }
      return meter.ledger();
    });
  }

  #follow(from: Visited, ids: TokenIds, meter: PositionMeter, use: PositionUse): Visited {
    let at = from;
    for (const id of ids) {
      let next = at.next.get(id);
      if (next === undefined) {
        next = { next: new Map(), made: this.#step, again: 0 };
        at.next.set(id, next);
        meter.pay(use);
      } else if (use === 'prompt') meter.serve(1);
      at = next;
    }
    return at;
  }

  #want(at: Visited, meter: PositionMeter, use: PositionUse): void {
    if (at.made === this.#step || at.again === this.#step) return;
    at.again = this.#step;
    meter.pay(use);
    if (use === 'prompt') meter.serve(-1);
  }
}
