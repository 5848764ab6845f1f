import type { GenerateRequest, TokenCandidate, TokenTrace } from '../ports/language-model.ts';
import { seededRandom, type SeededRandom } from '../random/seeded-random.ts';
import type { GeneratedTokens } from './engine.ts';
import type { DistributionRow } from './forward-pass.ts';
import { PositionMeter } from './position-meter.ts';
import { sampleToken } from './sample-token.ts';
import { NO_PARENT } from './token-arena.ts';
import { largestLogit, topCandidates } from './top-candidates.ts';
import { unitVector } from './unit-vector.ts';

/** One text being written. */
export class GeneratingRow {
  readonly request: GenerateRequest;
  readonly meter: PositionMeter;
  /** Slot of the last position that was computed. */
  slot = NO_PARENT;
  readonly #tokens: TokenTrace[] = [];
  readonly #mostTokens: number;
  readonly #stops: ReadonlySet<number>;
  readonly #random: SeededRandom | undefined;
  #finishReason: GeneratedTokens['finishReason'] | undefined;
  #firstEntropyNats = NaN;
  #firstCandidates: readonly TokenCandidate[] = [];
  #hidden: Float32Array | undefined;
  #started = false;

  /** @param mostTokens - Tokens after which the text is cut: the request's, or the context's end. */
  constructor(request: GenerateRequest, mostTokens: number, endTokenIds: readonly number[]) {
    this.request = request;
    this.meter = new PositionMeter(request.prompt.length);
    this.#mostTokens = mostTokens;
    this.#stops = new Set([...endTokenIds, ...(request.stopTokenIds ?? [])]);
    this.#random = request.sampling && seededRandom(request.sampling.seed);
  }

  /** The token written last, whose position is to be computed next. */
  get lastToken(): number {
    return this.#tokens.at(-1)?.id ?? NO_PARENT;
  }

  /** Positions of the prompt and of what is written so far. */
  get length(): number {
    return this.request.prompt.length + this.#tokens.length;
  }

  get finished(): boolean {
    return this.#finishReason !== undefined;
  }

  /** Ends the text where it is, unless it has ended by itself. */
  cancel(): void {
    this.#finishReason ??= 'cancelled';
  }

  /** Writes the next token; a distribution that is not finite has none, and ends this text alone. */
  readonly take = (row: DistributionRow): void => {
    const { logits, logNormalizer, entropyNats } = row;
    if (!Number.isFinite(logNormalizer)) {
      this.#finishReason = 'failed';
      return;
    }
    if (!this.#started) {
      this.#started = true;
      this.#firstEntropyNats = entropyNats;
      this.#firstCandidates = topCandidates(
        logits,
        logNormalizer,
        this.request.firstCandidates ?? 0,
      );
      if (this.request.hidden === true) this.#hidden = unitVector(row.hidden);
    }
    const id =
      this.request.sampling === undefined || this.#random === undefined
        ? largestLogit(logits)
        : sampleToken(logits, this.request.sampling, this.#random);
    if (this.#stops.has(id)) {
      this.#finishReason = 'stop';
      return;
    }
    this.#tokens.push({ id, logProbability: (logits[id] as number) - logNormalizer, entropyNats });
    if (this.#tokens.length === this.#mostTokens) this.#finishReason = 'length';
  };

  /** The text as it stands. */
  result(): GeneratedTokens {
    return {
      tokens: this.#tokens,
      finishReason: this.#finishReason ?? 'cancelled',
      firstEntropyNats: this.#firstEntropyNats,
      firstCandidates: this.#firstCandidates,
      hidden: this.#hidden,
      ledger: this.meter.ledger(),
    };
  }
}
