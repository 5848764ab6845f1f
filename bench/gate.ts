import path from 'node:path';
import { quantile } from '../src/calibration/quantile.ts';
import { wilsonInterval } from '../src/calibration/wilson-interval.ts';
import { DEFAULT_GATE, type GateOptions } from '../src/drift/gate-options.ts';
import { seededRandom, type SeededRandom } from '../src/random/seeded-random.ts';
import { runGate, type GateRun } from './gate-run.ts';
import {
  abruptStream,
  gradualStream,
  readGateDomains,
  steadyStream,
  type Domains,
  type GateStream,
} from './gate-streams.ts';
import { poissonUpperBound } from './poisson-bound.ts';
import { formatFigure, type Measurement } from './result.ts';

/** How {@link measureGate} goes about it. */
export interface GateMeasureOptions {
  /** Re-orderings of each kind. */
  readonly orderings: number;
  readonly seed: number;
  /** Only gates whose name contains one of these. */
  readonly gate?: readonly string[];
}

/** A gate to measure, and whether it sees domains that no statistic could tell apart better. */
interface Candidate {
  readonly changed: Partial<GateOptions>;
  readonly separable?: true;
}

const GATES: Readonly<Record<string, Candidate>> = {
  'default: cusum, hidden': { changed: {} },
  'page-hinkley, hidden': { changed: { detector: 'page-hinkley' } },
  'adwin, hidden': { changed: { detector: 'adwin' } },
  'e-detector, hidden': { changed: { detector: 'e-detector' } },
  'cusum, entropy': { changed: { statistics: ['entropy'] } },
  'cusum, answer probability': { changed: { statistics: ['answer-probability'] } },
  'cusum, entropy and hidden': { changed: { statistics: ['hidden', 'entropy'] } },
  'e-detector, all three': {
    changed: { detector: 'e-detector', statistics: ['hidden', 'entropy', 'answer-probability'] },
  },
  'control: separable domains': { changed: {}, separable: true },
  'control: domains': { changed: { kind: 'domains' } },
  'control: periodic': { changed: { kind: 'periodic' } },
  'control: always': { changed: { kind: 'always' } },
  'control: never': { changed: { kind: 'never' } },
};

/** Questions within which an abrupt change is to be found. */
const SOON = 5;
/** Questions over which gradual changes are spread. */
const WIDTHS = [40, 80];

/** The same questions with a hidden state of the domain's own: a direction each, and a little noise. */
function separable(domains: Domains, random: SeededRandom): Domains {
  return new Map(
    [...domains].map(([domain, rows], index) => [
      domain,
      rows.map((row) => ({
        ...row,
        hidden: Float32Array.from(
          { length: 64 },
          (_, i) => (i === index ? 1 : 0) + 0.02 * random.normal(),
        ),
      })),
    ]),
  );
}

/** Sorted delays as quantiles and as counts by number of questions. */
function distribution(delays: readonly (number | null)[]) {
  const found = Float64Array.from(delays.filter((delay) => delay !== null)).sort();
  const counts = new Map<number, number>();
  for (const delay of found) counts.set(delay, (counts.get(delay) ?? 0) + 1);
  return {
    delay: found.length === 0 ? null : [0.5, 0.9, 0.95, 0.99].map((q) => quantile(found, q)),
    delayCounts: Object.fromEntries(counts),
    missed: (delays.length - found.length) / delays.length,
  };
}

/** How many of these changes were found within so many questions, with the lower end of a 95% interval. */
function share(delays: readonly (number | null)[], within: number) {
  const count = delays.filter((delay) => delay !== null && delay <= within).length;
  return { share: count / delays.length, low: wilsonInterval(count, delays.length).low };
}

/** Share found soon of each pair of domains that followed each other, the worst first. */
function byPair(runs: readonly GateRun[]) {
  const pairs = new Map<string, (number | null)[]>();
  for (const { between, delays } of runs)
    between.forEach((pair, i) => {
      pairs.set(pair, [...(pairs.get(pair) ?? []), delays[i] as number | null]);
    });
  return [...pairs]
    .map(([pair, delays]) => ({
      ...{ pair, changes: delays.length, foundWithin5: share(delays, SOON).share },
      ...{ missed: distribution(delays).missed },
    }))
    .sort((a, b) => a.foundWithin5 - b.foundWithin5 || a.pair.localeCompare(b.pair));
}

/** One gate's figures over all orderings. */
function measureOne(domains: Domains, options: GateOptions, settings: GateMeasureOptions) {
  const runs = (name: string, make: (random: SeededRandom) => GateStream): GateRun[] =>
    Array.from({ length: settings.orderings }, (_, i) =>
      runGate(make(seededRandom(settings.seed).fork(`${name} ${i}`)), options),
    );
  const sum = (of: readonly GateRun[], key: 'falseAlarms' | 'questions' | 'inBursts'): number =>
    of.reduce((total, run) => total + run[key], 0);
  const abrupt = runs('abrupt', (random) => abruptStream(domains, random));
  const steady = runs('steady', (random) => steadyStream(domains, random));
  const delays = abrupt.flatMap((run) => run.delays);
  const soon = share(delays, SOON);
  const falseAlarms = sum(steady, 'falseAlarms');
  const questions = sum(steady, 'questions');
  return {
    changes: delays.length,
    foundWithin5: soon.share,
    foundWithin5Low: soon.low,
    ...distribution(delays),
    byPair: byPair(abrupt),
    falseAlarmsAmongChanges: sum(abrupt, 'falseAlarms'),
    questionsAmongChanges: sum(abrupt, 'questions'),
    falseAlarms,
    questions,
    runLength: falseAlarms === 0 ? null : questions / falseAlarms,
    runLengthLow: questions / poissonUpperBound(falseAlarms),
    gradual: WIDTHS.map((width) => {
      const of = runs(`gradual ${width}`, (random) => gradualStream(domains, width, random));
      const gradualDelays = of.flatMap((run) => run.delays);
      const half = share(gradualDelays, width / 2);
      return {
        ...{ width, foundBeforeHalf: half.share, foundBeforeHalfLow: half.low },
        ...distribution(gradualDelays),
      };
    }),
    inBursts: sum(abrupt, 'inBursts') / sum(abrupt, 'questions'),
  };
}

/**
 * Runs every gate over seeded re-orderings of cached statistics: domains in a drawn order, questions shuffled within
 * them; gradual changes; and single domains, for false alarms.
 */
export async function measureGate(
  files: readonly string[],
  settings: GateMeasureOptions,
): Promise<Measurement> {
  const results = [];
  for (const file of files) {
    const domains = await readGateDomains(file);
    const easy = separable(domains, seededRandom(settings.seed).fork('separable'));
    for (const [name, candidate] of Object.entries(GATES)) {
      if (settings.gate !== undefined && !settings.gate.some((text) => name.includes(text)))
        continue;
      const options: GateOptions = { ...DEFAULT_GATE, ...candidate.changed };
      const startMs = performance.now();
      const figures = measureOne(candidate.separable ? easy : domains, options, settings);
      const seconds = (performance.now() - startMs) / 1000;
      process.stderr.write(`${path.basename(file)}: ${name}, ${seconds.toFixed(0)} s\n`);
      const sizes = Object.fromEntries([...domains].map(([key, rows]) => [key, rows.length]));
      results.push({
        ...{ file: path.basename(file), domains: sizes, gate: name, options },
        ...figures,
      });
    }
  }
  return {
    figures: { orderings: settings.orderings, seed: settings.seed, results },
    table: [
      [
        ...['gate', 'file', 'within 5', 'delay 50/90/95/99%', 'missed', 'false alarms'],
        ...['run length', '95% low', 'in bursts'],
        ...WIDTHS.map((width) => `half of ${width}`),
      ],
      ...results.map((r) => [
        ...[
          r.gate,
          r.file,
          r.foundWithin5.toFixed(3),
          r.delay?.map(formatFigure).join('/') ?? 'n/a',
        ],
        ...[r.missed.toFixed(3), `${r.falseAlarms} in ${r.questions}`],
        ...[r.runLength === null ? 'n/a' : formatFigure(r.runLength), formatFigure(r.runLengthLow)],
        ...[r.inBursts.toFixed(3)],
        ...r.gradual.map(({ foundBeforeHalf }) => foundBeforeHalf.toFixed(3)),
      ]),
    ],
  };
}
