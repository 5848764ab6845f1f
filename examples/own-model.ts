/**
 * Asks a model of one's own: whatever can write a text and say how probable a next token is can stand behind the port.
 *
 *     npm run build
 *     node build/examples/own-model.js
 *
 * This one is a table of three capitals. It spells its answers letter by letter, is sure of what stands in the table
 * and unsure of everything else. It has no adapters, so nothing can be trained on it.
 */
import {
  ask,
  loadTopology,
  SeclError,
  type ChatMessage,
  type GenerateRequest,
  type LanguageModel,
  type ModelScope,
  type NextTokenRequest,
  type ScoreRequest,
  type TokenIds,
  type TokenLedger,
  type Tokenizer,
  type TokenTrace,
} from 'secl-stream';

const CAPITALS = new Map([
  ['Kenya', 'Nairobi'],
  ['Peru', 'Lima'],
  ['Norway', 'Oslo'],
]);

/** Tokens: 256 bytes, the end of a turn, and the two words that P(True) is read from. */
const END = 256;
const WORDS = ['True', 'False'];
const VOCABULARY = END + 1 + WORDS.length;

const tokenizer: Tokenizer = {
  vocabularySize: VOCABULARY,
  endTokenIds: [END],
  encode: (text) =>
    text.split(/(True|False)/).flatMap((part) => {
      const word = WORDS.indexOf(part);
      return word < 0 ? [...new TextEncoder().encode(part)] : [END + 1 + word];
    }),
  decode: (ids) =>
    new TextDecoder().decode(
      Uint8Array.from(
        ids.flatMap((id) => {
          if (id === END) return [];
          return id < END ? [id] : [...new TextEncoder().encode(WORDS[id - END - 1] ?? '')];
        }),
      ),
    ),
  specialTokenId: () => undefined,
  encodeChat: (messages: readonly ChatMessage[]) =>
    messages.flatMap(({ role, content }) => [...tokenizer.encode(`${role}: ${content}`), END]),
  encodeFollowUp: (_, followUp) => [END, ...tokenizer.encode(`user: ${followUp}`), END],
};

/** What the prompt asks for, and whether the table knows it. */
function recall(prompt: TokenIds): { readonly answer: string; readonly known: boolean } {
  const text = tokenizer.decode(prompt);
  const country = [...CAPITALS.keys()].find((name) => text.includes(name));
  return { answer: CAPITALS.get(country ?? '') ?? 'Atlantis', known: country !== undefined };
}

/** Probability of a token: most of it lies on one, the rest is shared by all. */
function probability(id: number, favourite: number, sure: number): number {
  return (id === favourite ? sure : 0) + (1 - sure) / VOCABULARY;
}

function entropyNats(sure: number): number {
  const rest = (1 - sure) / VOCABULARY;
  const top = sure + rest;
  return -top * Math.log(top) - (rest === 0 ? 0 : (VOCABULARY - 1) * rest * Math.log(rest));
}

function traces(prompt: TokenIds, ids: TokenIds): TokenTrace[] {
  const { answer, known } = recall(prompt);
  const expected = tokenizer.encode(answer);
  const sure = known ? 0.95 : 0.4;
  return ids.map((id, i) => ({
    id,
    logProbability: Math.log(probability(id, expected[i] ?? END, sure)),
    entropyNats: entropyNats(sure),
  }));
}

/** What was computed: everything, since this model has no cache. */
function ledgerOf(prompt: number, generated: number, scored: number): TokenLedger {
  return { prompt, cached: 0, generated, scored, computed: prompt + generated + scored };
}

const scope: ModelScope = {
  generate: (requests: readonly GenerateRequest[]) =>
    Promise.resolve(
      requests.map(({ prompt, maxTokens }) => {
        const all = tokenizer.encode(recall(prompt).answer);
        const tokens = traces(prompt, all.slice(0, maxTokens));
        return {
          tokens,
          text: tokenizer.decode(tokens.map(({ id }) => id)),
          finishReason: all.length > maxTokens ? ('length' as const) : ('stop' as const),
          firstEntropyNats: tokens[0]?.entropyNats ?? Number.NaN,
          firstCandidates: [],
          hidden: undefined,
          ledger: ledgerOf(prompt.length, tokens.length, 0),
        };
      }),
    ),
  next: (requests: readonly NextTokenRequest[]) =>
    Promise.resolve(
      requests.map(({ prompt, tokens }) => {
        const { known } = recall(prompt);
        // Asked for True or False it says True to what it knows; asked for a digit, 9 or 2.
        const favourite = tokens.includes(END + 1)
          ? END + (known ? 1 : 2)
          : (known ? '9' : '2').charCodeAt(0);
        return {
          logProbabilities: tokens.map((id) => Math.log(probability(id, favourite, 0.9))),
          entropyNats: entropyNats(0.9),
          candidates: [],
          hidden: undefined,
          adapterVersion: 0,
          ledger: ledgerOf(prompt.length, 0, 0),
        };
      }),
    ),
  score: (requests: readonly ScoreRequest[]) =>
    Promise.resolve(
      requests.map(({ prompt, continuation }) => ({
        tokens: traces(prompt, continuation),
        firstCandidates: [],
        hidden: undefined,
        ledger: ledgerOf(prompt.length, 0, continuation.length),
      })),
    ),
  close: () => Promise.resolve(),
};

const model: LanguageModel = {
  description: {
    ...{ name: 'capitals', architecture: 'table', fileSha256: '0'.repeat(64), precision: 'fp32' },
    ...{ contextLength: 65_536, vocabularySize: VOCABULARY, hiddenSize: 0, layers: 0 },
    // Whatever changes an answer must change this: committed state of another fingerprint is refused.
    fingerprint: 'capitals-1',
  },
  tokenizer,
  openScope: () => Promise.resolve(scope),
  setAdapter: (adapter) =>
    adapter === undefined
      ? Promise.resolve()
      : Promise.reject(new SeclError('ADAPTER_REFUSED', 'a table has no weights to adapt')),
  close: () => Promise.resolve(),
};

const topology = await loadTopology();
const settings = { ...topology, limits: { ...topology.limits, maxPromptTokens: 32_768 } };
for (const country of ['Kenya', 'Peru', 'Wakanda']) {
  const text = `What is the capital of ${country}?`;
  const { answer, published } = await ask(
    { text, style: 'short', choices: [], answer: null },
    settings,
    model,
  );
  console.log(`${country}: ${answer} (${published.value?.toFixed(3) ?? 'missing'})`);
}
