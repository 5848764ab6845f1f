import { SeclError } from '../errors/secl-error.ts';
import type {
  GenerateRequest,
  NextTokenRequest,
  ScoreRequest,
  ScoreResult,
  TokenCandidate,
  TokenTrace,
} from '../ports/language-model.ts';
import type { TokenIds } from '../ports/tokenizer.ts';
import { ArenaRoom, type SlotDemand } from './arena-room.ts';
import {
  NO_ADAPTERS,
  type Engine,
  type GeneratedTokens,
  type NextTokens,
  type ScopeAdapters,
} from './engine.ts';
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
  #adapters = NO_ADAPTERS;
  #closed = false;

  constructor(forward: ForwardPass<Saved>, options: DecodingEngineOptions) {
    this.#options = options;
    this.#forward = forward;
    // One more than the context: the last position of a full prompt may be computed a second time.
    this.#arena = new TokenArena(options.contextLength + 1);
    this.#prefixes = new PrefixLayout(this.#arena, forward);
    this.#room = new ArenaRoom(this.#arena, forward, this.#prefixes);
  }

  async open(sharedPrefixes: readonly TokenIds[], adapters: ScopeAdapters): Promise<void> {
    const { present } = adapters;
    // Without an adapter, one that acts everywhere acts nowhere.
    const adaptAll = adapters.adaptAll && present !== undefined;
    this.#adapters = { ...adapters, adaptAll };
    this.#forward.useAdapter(present);
    await this.#prefixes.place(sharedPrefixes, adaptAll ? present : undefined);
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
    const { present, previous, adaptAll } = this.#adapters;
    const results: NextTokens[] = [];
    const all = [...requests.entries()];
    const now = all.filter(([, request]) => request.previous !== true);
    const before = all.filter(([, request]) => request.previous === true);
    // Where the adapter acts everywhere, it acts from where a request names on, too.
    await this.#next(now, adaptAll ? () => undefined : placeOf, true, results, signal);
    if (before.length > 0) {
      this.#forward.useAdapter(previous);
      try {
        // What stands before is of the present adapter then, and serves the one before nothing.
        const from = adaptAll ? () => 0 : placeOf;
        await this.#next(before, from, previous !== undefined, results, signal);
      } finally {
        this.#forward.useAdapter(present);
      }
    }
    return results;
  }

  /**
   * @param requests - With their places in `results`.
   * @param from - First position of a request that leaves nothing behind; `undefined`: all are kept.
   * @param adapted - Whether the adapter in place acts on those.
   */
  async #next(
    requests: readonly (readonly [number, NextTokenRequest])[],
    from: (request: NextTokenRequest) => number | undefined,
    adapted: boolean,
    results: NextTokens[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const demands = requests.map(([, request]): SlotDemand => {
      const { prompt } = request;
      const at = from(request);
      if (at === undefined)
        return { ids: prompt, wantedFrom: prompt.length - 1, adapted: 0, later: 0 };
      return {
        ids: prompt.slice(0, at),
        wantedFrom: at,
        adapted: prompt.length - at,
        later: 0,
      };
    });
    const whole = await this.#inGroups(demands, this.#cancelled(signal), (index, plan) => {
      const [place, request] = requests[index] as readonly [number, NextTokenRequest];
      const { prompt } = request;
      const meter = new PositionMeter(prompt.length);
      const take = (row: DistributionRow): void => {
        results[place] = nextTokens(request, row, meter);
      };
      const at = from(request);
      const slot = plan.follow(NO_PARENT, prompt.slice(0, at), meter, 'prompt');
      if (at === undefined) plan.want(slot, meter, 'prompt', take);
      else plan.pass(slot, prompt.slice(at), adapted, meter, take);
    });
    if (!whole) throw cancelledError();
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
      const plan = new PositionPlan(this.#arena, this.#adapters.adaptAll);
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

  /**
   * Writes texts to their ends, one token at a time, as many side by side as pays; where one ends, the next
   * goes on. Rows that agree so far share their positions.
   */
  async #write(rows: readonly GeneratingRow[], cancelled: () => boolean): Promise<void> {
    let live = rows.filter((row) => !row.finished);
    while (live.length > 0 && !cancelled()) {
      const most = this.#forward.textLimit(Math.max(...live.map((row) => row.length)));
      const plan = new PositionPlan(this.#arena, this.#adapters.adaptAll);
      for (const row of live.slice(0, most)) {
        row.slot = plan.follow(row.slot, [row.lastToken], row.meter, 'generated');
        plan.want(row.slot, row.meter, 'generated', row.take);
      }
      if (!(await plan.run(this.#forward, cancelled))) break;
      live = live.filter((row) => !row.finished);
    }
    for (const row of live) row.cancel();
  }
}

/** Where a request has an adapter act. */
function placeOf({ adaptFrom }: NextTokenRequest): number | undefined {
  return adaptFrom;
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
