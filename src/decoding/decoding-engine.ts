import { SeclError } from '../errors/secl-error.ts';
import type {
  GenerateRequest,
  LoraAdapter,
  NextTokenRequest,
  ScoreRequest,
  ScoreResult,
  TokenCandidate,
  TokenTrace,
} from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import { ArenaRoom, type SlotDemand } from './arena-room.ts';
import type { Engine, GeneratedTokens, NextTokens } from './engine.ts';
import type { DistributionRow, ForwardPass } from './forward-pass.ts';
import { GeneratingRow } from './generating-row.ts';
import { PositionMeter } from './position-meter.ts';
import { PositionPlan } from './position-plan.ts';
import { PrefixLayout } from './prefix-layout.ts';
import { NO_PARENT, TokenArena } from './token-arena.ts';
import { topCandidates } from './top-candidates.ts';
import { unitVector } from './unit-vector.ts';

/** What a {@link DecodingEngine} needs to know of its model. */
export interface DecodingEngineOptions {
  /** Positions a prompt and what follows it may take; the arena holds one more. */
  readonly contextLength: number;
  readonly endTokenIds: TokenIds;
}

/**
 * Answers calls by packing the positions of all their requests into runs of one network, each position
 * once, over one arena of keys and values. Everything it does is a function of the calls since
 * {@link open}: which slots, which runs, and so the bits.
 */
export class DecodingEngine<Saved> implements Engine {
  readonly #arena: TokenArena;
  readonly #forward: ForwardPass<Saved>;
  readonly #prefixes: PrefixLayout<Saved>;
  readonly #room: ArenaRoom<Saved>;
  readonly #options: DecodingEngineOptions;
  #closed = false;

  constructor(forward: ForwardPass<Saved>, options: DecodingEngineOptions) {
    this.#options = options;
    this.#forward = forward;
    // One more than the context: the last position of a full prompt may be computed a second time.
    this.#arena = new TokenArena(options.contextLength + 1);
    this.#prefixes = new PrefixLayout(this.#arena, forward);
    this.#room = new ArenaRoom(this.#arena, forward, this.#prefixes);
  }

  async open(sharedPrefixes: readonly TokenIds[], adapter: LoraAdapter | undefined): Promise<void> {
    this.#forward.useAdapter(adapter);
    await this.#prefixes.place(sharedPrefixes);
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  async generate(
    requests: readonly GenerateRequest[],
    signal?: AbortSignal,
  ): Promise<GeneratedTokens[]> {
    const { contextLength, endTokenIds } = this.#options;
    const cancelled = this.#cancelled(signal);
    const demands: SlotDemand[] = [];
    const rows = requests.map((request) => {
      const { prompt, maxTokens } = request;
      const mostTokens = Math.min(maxTokens, contextLength - prompt.length + 1);
      demands.push({
        ids: prompt,
        wantedFrom: prompt.length - 1,
        adapted: 0,
        later: mostTokens - 1,
      });
      return new GeneratingRow(request, mostTokens, endTokenIds);
    });
    await this.#inGroups(
      demands,
      cancelled,
      (index, plan) => {
        const row = rows[index] as GeneratingRow;
        row.slot = plan.follow(NO_PARENT, row.request.prompt, row.meter, 'prompt');
        plan.want(row.slot, row.meter, 'prompt', row.take);
      },
      (from, to) => this.#write(rows.slice(from, to), cancelled),
    );
    return rows.map((row) => row.result());
  }

  async next(requests: readonly NextTokenRequest[], signal?: AbortSignal): Promise<NextTokens[]> {
    const results: NextTokens[] = [];
    const meters = requests.map((request) => new PositionMeter(request.prompt.length));
    const demands = requests.map(({ prompt, adaptFrom }): SlotDemand => {
      if (adaptFrom === undefined)
        return { ids: prompt, wantedFrom: prompt.length - 1, adapted: 0, later: 0 };
      const adapted = prompt.length - adaptFrom;
      return { ids: prompt.slice(0, adaptFrom), wantedFrom: adaptFrom, adapted, later: 0 };
    });
    const whole = await this.#inGroups(demands, this.#cancelled(signal), (index, plan) => {
      const request = requests[index] as NextTokenRequest;
      const meter = meters[index] as PositionMeter;
      const take = (row: DistributionRow): void => {
        results[index] = nextTokens(request, row, meter);
      };
      const { prompt, adaptFrom } = request;
      const base = adaptFrom === undefined ? prompt : prompt.slice(0, adaptFrom);
      const slot = plan.follow(NO_PARENT, base, meter, 'prompt');
      if (adaptFrom === undefined) plan.want(slot, meter, 'prompt', take);
      else plan.adapt(slot, prompt.slice(adaptFrom), meter, take);
    });
    if (!whole) throw cancelledError();
    return results;
  }

  async score(requests: readonly ScoreRequest[], signal?: AbortSignal): Promise<ScoreResult[]> {
    const meters = requests.map((request) => new PositionMeter(request.prompt.length));
    const traces = requests.map((): TokenTrace[] => []);
    const firsts: { candidates: readonly TokenCandidate[]; hidden: Float32Array | undefined }[] =
      [];
    const demands = requests.map(({ prompt, continuation }): SlotDemand => {
      const ids = [...prompt, ...continuation.slice(0, -1)];
      return { ids, wantedFrom: prompt.length - 1, adapted: 0, later: 0 };
    });
    const whole = await this.#inGroups(demands, this.#cancelled(signal), (index, plan) => {
      const request = requests[index] as ScoreRequest;
      const meter = meters[index] as PositionMeter;
      const tokens = traces[index] as TokenTrace[];
      const trace = (row: DistributionRow, at: number): void => {
        const id = request.continuation[at];
        if (id !== undefined) tokens[at] = tokenTrace(id, row);
      };
      let slot = plan.follow(NO_PARENT, request.prompt, meter, 'prompt');
      plan.want(slot, meter, 'prompt', (row) => {
        const count = request.firstCandidates ?? 0;
        firsts[index] = {
          candidates: topCandidates(row.logits, row.logNormalizer, count),
          hidden: request.hidden === true ? unitVector(row.hidden) : undefined,
        };
        trace(row, 0);
      });
      for (let at = 1; at < request.continuation.length; at++) {
        slot = plan.follow(slot, request.continuation.slice(at - 1, at), meter, 'scored');
        plan.want(slot, meter, 'scored', (row) => {
          trace(row, at);
        });
      }
    });
    if (!whole) throw cancelledError();
    return traces.map((tokens, index) => ({
      tokens,
      firstCandidates: firsts[index]?.candidates ?? [],
      hidden: firsts[index]?.hidden,
      ledger: (meters[index] as PositionMeter).ledger(),
    }));
  }

  #cancelled(signal: AbortSignal | undefined): () => boolean {
    return () => this.#closed || signal?.aborted === true;
  }

  /**
   * Plans and runs requests, as many at a time as the arena holds.
   *
   * @param add - Plans one request.
   * @param after - Called when the requests `[from, to)` have run.
   * @returns Whether everything ran.
   */
  async #inGroups(
    demands: readonly SlotDemand[],
    cancelled: () => boolean,
    add: (index: number, plan: PositionPlan) => void,
    after?: (from: number, to: number) => Promise<void>,
  ): Promise<boolean> {
    let from = 0;
    while (from < demands.length) {
      if (cancelled()) return false;
      this.#room.make(demands.slice(from));
      const plan = new PositionPlan(this.#arena);
      let to = from;
      let later = 0;
      for (; to < demands.length; to++) {
        const demand = demands[to] as SlotDemand;
        if (to > from && !this.#room.fits(demand, plan.looseCount + later)) break;
        add(to, plan);
        later += demand.later;
      }
      if (!(await plan.run(this.#forward, cancelled))) return false;
      await after?.(from, to);
      from = to;
    }
    return true;
  }

  /** Writes texts to their ends, all rows one token at a time; rows that agree so far share it. */
  async #write(rows: readonly GeneratingRow[], cancelled: () => boolean): Promise<void> {
    let live = rows.filter((row) => !row.finished);
    while (live.length > 0 && !cancelled()) {
      const plan = new PositionPlan(this.#arena);
      for (const row of live) {
        row.slot = plan.follow(row.slot, [row.lastToken], row.meter, 'generated');
        plan.want(row.slot, row.meter, 'generated', row.take);
      }
      if (!(await plan.run(this.#forward, cancelled))) break;
      live = live.filter((row) => !row.finished);
    }
    for (const row of live) row.cancel();
  }
}

function tokenTrace(id: number, row: DistributionRow): TokenTrace {
  const logProbability = (row.logits[id] as number) - row.logNormalizer;
  return { id, logProbability, entropyNats: row.entropyNats };
}

function nextTokens(
  request: NextTokenRequest,
  row: DistributionRow,
  meter: PositionMeter,
): NextTokens {
  return {
    logProbabilities: request.tokens.map((id) => (row.logits[id] as number) - row.logNormalizer),
    entropyNats: row.entropyNats,
    candidates: topCandidates(row.logits, row.logNormalizer, request.candidates ?? 0),
    hidden: request.hidden === true ? unitVector(row.hidden) : undefined,
    ledger: meter.ledger(),
  };
}

function cancelledError(): SeclError {
  return new SeclError('CANCELLED', 'the caller cancelled the call');
}
