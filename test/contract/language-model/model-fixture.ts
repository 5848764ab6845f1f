import assert from 'node:assert/strict';
import type {
  GenerateRequest,
  LanguageModel,
  LoraAdapter,
  ModelScope,
  ScopeOptions,
  TokenLedger,
  TokenTrace,
} from '../../../src/ports/language-model.ts';
import type { TokenIds } from '../../../src/ports/tokenizer.ts';
import { assertClose } from '../../support/assert-close.ts';

/** What the contract suite of the `LanguageModel` port needs of an implementation. */
export interface LanguageModelHarness {
  /** Opens a model; equal ones every time. */
  open(): Promise<LanguageModel>;
  /** Opens one that takes at least half a millisecond a run. @defaultValue `open` */
  openSlow?(): Promise<LanguageModel>;
  /** Why the suite cannot run here. */
  readonly skip?: string | false;
  /**
   * Largest difference of a log probability, an entropy or a hidden number between a request alone and the
   * same one in company. 0 where company changes nothing.
   */
  readonly tolerance: number;
  /** Whether company may change a token, since the best two can be closer than `tolerance`. */
  readonly nearTies: boolean;
  /** An adapter on real sites; with `zero` its effect is none, without it a large one. */
  adapter(version: number, zero: boolean): LoraAdapter;
}

const SYSTEM = 'You answer questions with one word.';
const QUESTIONS = [
  'What is the capital of Peru?',
  'Which metal is red?',
  'What is 3 plus 4?',
  'Who?',
];

/** A model under test, with requests to put to it. */
export class ModelFixture {
  readonly harness: LanguageModelHarness;
  /** The ids that all of {@link prompts} begin with. */
  prefix: TokenIds = [];
  prompts: readonly TokenIds[] = [];
  /** One token per digit. */
  digits: readonly number[] = [];
  #model: LanguageModel | undefined;

  constructor(harness: LanguageModelHarness) {
    this.harness = harness;
  }

  /** Opens the model. */
  async start(): Promise<void> {
    this.#model = await this.harness.open();
    const { tokenizer } = this.#model;
    this.prompts = QUESTIONS.map((question) =>
      tokenizer.encodeChat([
        { role: 'system', content: SYSTEM },
        { role: 'user', content: question },
      ]),
    );
    this.prefix = this.prompts.reduce(commonPrefix);
    this.digits = [...'0123456789'].map((digit) => tokenizer.encode(digit).at(-1) as number);
  }

  get model(): LanguageModel {
    assert.ok(this.#model, 'the fixture has not been started');
    return this.#model;
  }

  promptOf(i: number): TokenIds {
    return this.prompts[i] as TokenIds;
  }

  greedy(i: number, maxTokens = 6): GenerateRequest {
    return { prompt: this.promptOf(i), maxTokens, firstCandidates: 3, hidden: true };
  }

  sampled(i: number, seed: number, maxTokens = 6): GenerateRequest {
    const sampling = { temperature: 1.5, topP: 0.95, seed };
    return { prompt: this.promptOf(i), maxTokens, sampling };
  }

  /** Runs some calls in a scope of their own. */
  async inScope<T>(
    use: (scope: ModelScope) => Promise<T>,
    prefixes: readonly TokenIds[] = [],
    options: ScopeOptions = {},
  ): Promise<T> {
    const scope = await this.model.openScope(prefixes, options);
    try {
      return await use(scope);
    } finally {
      await scope.close();
    }
  }

  /** Asserts equality as far as company allows. */
  assertNear(actual: number | undefined, expected: number, what: string): void {
    assertClose(actual, expected, this.harness.tolerance, what);
  }

  /** Asserts that two texts are the same; where near ties may part them, up to there. */
  assertSameTraces(actual: readonly TokenTrace[], expected: readonly TokenTrace[]): void {
    const { nearTies } = this.harness;
    for (const [at, trace] of expected.entries()) {
      if (nearTies && actual[at]?.id !== trace.id) return;
      assert.equal(actual[at]?.id, trace.id);
      this.assertNear(actual[at].logProbability, trace.logProbability, `log probability ${at}`);
      this.assertNear(actual[at].entropyNats, trace.entropyNats, `entropy ${at}`);
    }
    if (!nearTies) assert.equal(actual.length, expected.length);
  }
}

/** Asserts what the ledger's documentation promises. */
export function assertLedgerSums(ledger: TokenLedger): void {
  const { prompt, cached, generated, scored, computed } = ledger;
  assert.equal(computed, prompt - cached + generated + scored);
}

/** The ids that both begin with. */
export function commonPrefix(a: TokenIds, b: TokenIds): TokenIds {
  const at = a.findIndex((id, i) => id !== b[i]);
  return at < 0 ? a : a.slice(0, at);
}
