import { DEFAULT_GATE } from '../src/drift/gate-options.ts';
import { initialGate, stepGate } from '../src/drift/gate.ts';
import { seededRandom, type SeededRandom } from '../src/random/seeded-random.ts';
import { formatFigure, type Measurement } from './result.ts';

/** How {@link measureGateRunLengths} goes about it. */
export interface GateRunLengthOptions {
  /** Runs on each kind of cloud. */
  readonly runs: number;
  readonly seed: number;
}

/** Makes a cloud, and then draws hidden states from it, each independent of the others. */
type Cloud = (random: SeededRandom) => () => Float32Array;

function normal(random: SeededRandom, size: number, deviation: number): Float32Array {
  return Float32Array.from({ length: size }, () => deviation * random.normal());
}

/** One round cloud. */
function round(size: number): Cloud {
  return (random) => () => normal(random, size, 1);
}

/** As many tight clusters, drawn with equal chances: a domain of templates. */
function clusters(count: number): Cloud {
  return (random) => {
    const centers = Array.from({ length: count }, () => normal(random, 16, 1));
    return () => {
      const center = centers[random.integer(count)] as Float32Array;
      return normal(random, 16, 0.2).map((value, i) => value + (center[i] as number));
    };
  };
}

const CLOUDS: Readonly<Record<string, Cloud>> = {
  'round, 4 dimensions': round(4),
  'round, 64 dimensions': round(64),
  '3 clusters': clusters(3),
  '20 clusters': clusters(20),
};

/** Where a run is given up, in questions that the gate promises between false alarms; the length counts then. */
const LONGEST = 10;

/** Questions from a segment's start to the default gate's first alarm, where nothing changes. */
function runLength(draw: () => Float32Array): number {
  let state = initialGate(DEFAULT_GATE);
  const longest = LONGEST * DEFAULT_GATE.questionsBetweenFalseAlarms;
  for (let length = 1; length < longest; length++) {
    const x = { entropyNats: null, answerProbability: null, hidden: draw(), domain: null };
    const step = stepGate(state, x, DEFAULT_GATE);
    if (step.status.alarm) return length;
    ({ state } = step);
  }
  return longest;
}

/** Whether the promised rate holds whatever the hidden states' distribution: mean run lengths on synthetic clouds. */
export function measureGateRunLengths({ runs, seed }: GateRunLengthOptions): Measurement {
  const results = Object.entries(CLOUDS).map(([cloud, make]) => {
    const lengths = Array.from({ length: runs }, (_, run) =>
      runLength(make(seededRandom(seed).fork(`${cloud} ${run}`))),
    );
    const mean = lengths.reduce((sum, length) => sum + length, 0) / runs;
    process.stderr.write(`${cloud}: ${formatFigure(mean)}\n`);
    // Run lengths are near exponential, so their deviation is their mean.
    return { cloud, mean, standardError: mean / Math.sqrt(runs) };
  });
  return {
    figures: { runs, seed, gate: DEFAULT_GATE, results },
    table: [
      ['cloud', 'mean run length', 'standard error'],
      ...results.map(({ cloud, mean, standardError }) => [
        cloud,
        formatFigure(mean),
        formatFigure(standardError),
      ]),
    ],
  };
}
