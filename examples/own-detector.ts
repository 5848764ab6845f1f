/**
 * Watches a stream for changes with a detector of one's own, beside the pipeline: it reads committed answers alone.
 *
 *     npm run build
 *     node build/examples/own-detector.js
 *
 * The detector is a fold: an initial state and a step that mutates nothing. Its state is plain JSON, so that it can be
 * kept beside the offset up to which it has read. Nothing here knows a label. The stream changes half way from short
 * answers to choices, at which the stand-in is much surer of its words.
 */
import {
  createMemoryBroker,
  createStandInLanguageModel,
  loadTopology,
  openRecordCodecs,
  replay,
  scoreValue,
  SYSTEM_CLOCK,
  type Fold,
  type Question,
  type ReplayItem,
} from 'secl-stream';

/** Mean and variance of what is usual, learnt over the first values; a fast mean of the newest ones. */
interface State {
  readonly n: number;
  readonly mean: number;
  /** Sum of squared distances from the mean. */
  readonly squares: number;
  readonly fast: number;
}

/** Values that only show what is usual. */
const WARM_UP = 12;
/** Share of the newest value in the fast mean. */
const WEIGHT = 0.3;
/** Deviations of the fast mean that count as a change. */
const LIMIT = 4;

const NOTHING: State = { n: 0, mean: 0, squares: 0, fast: 0 };

/**
 * An exponentially weighted moving average: fires where the fast mean leaves what is usual, then learns anew.
 * Source: Roberts 1959, with the limits learnt over a warm-up.
 */
const movingAverage: Fold<State, number, number> = {
  initial: NOTHING,
  step: (state, value) => {
    if (state.n < WARM_UP) {
      const n = state.n + 1;
      const mean = state.mean + (value - state.mean) / n;
      const squares = state.squares + (value - state.mean) * (value - mean);
      return { state: { n, mean, squares, fast: mean }, outputs: [] };
    }
    const fast = state.fast + WEIGHT * (value - state.fast);
    const deviation = Math.sqrt((state.squares / (WARM_UP - 1)) * (WEIGHT / (2 - WEIGHT)));
    const distance = Math.abs(fast - state.mean) / Math.max(deviation, 0.01);
    return distance > LIMIT
      ? { state: NOTHING, outputs: [distance] }
      : { state: { ...state, fast }, outputs: [] };
  },
};

const question = (i: number): Question => ({
  id: `q${i}`,
  text: `What about item ${i}?`,
  style: i < 20 ? 'short' : 'choice',
  choices:
    i < 20
      ? []
      : [
          { label: 'A', text: 'this' },
          { label: 'B', text: 'that' },
        ],
  domain: null,
  givenAnswer: null,
  deadlineMs: null,
});

const topology = await loadTopology();
const codecs = openRecordCodecs();
const model = createStandInLanguageModel();
const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
const never = new AbortController().signal;
const items = Array.from({ length: 40 }, (_, i): ReplayItem => ({
  question: question(i),
  feedback: null,
}));
await replay({
  ...{ input: { name: 'two-styles', items, hash: '' }, topology, model, broker, codecs },
  ...{ clock: SYSTEM_CLOCK, drain: never, abort: never },
});

let { initial: state } = movingAverage;
let at = 0;
for await (const { value } of broker.read(topology.topics.answers, 0, 0n)) {
  const decoded = codecs.answer.decode(value ?? new Uint8Array());
  if (!decoded.ok) continue;
  const seen = scoreValue(decoded.value.scores, 'answerProbability');
  // A missing score is no value, and no zero.
  if (seen !== null) {
    const next = movingAverage.step(state, seen);
    ({ state } = next);
    for (const distance of next.outputs)
      console.log(`change at answer ${at}: ${distance.toFixed(1)} deviations`);
  }
  at += 1;
}
console.log(`${at} answers watched`);

await model.close();
await broker.close();
