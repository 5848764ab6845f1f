import path from 'node:path';
import { quantile } from '../src/calibration/quantile.ts';
import { wilsonInterval } from '../src/calibration/wilson-interval.ts';
import { DEFAULT_GATE, type GateOptions } from '../src/drift/gate-options.ts';
import { initialGate, stepGate } from '../src/drift/gate.ts';
import { seededRandom, type SeededRandom } from '../src/random/seeded-random.ts';
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
  /** Only gates whose name contains it. */
  readonly gate?: string;
}

const GATES: Readonly<Record<string, Partial<GateOptions>>> = {
  'cusum, hidden': { detector: 'cusum' },
  'page-hinkley, hidden': { detector: 'page-hinkley' },
  'adwin, hidden': { detector: 'adwin' },
  'e-detector, hidden': { detector: 'e-detector' },
  'cusum, entropy': { statistics: ['entropy'] },
  'cusum, answer probability': { statistics: ['answer-probability'] },
  'cusum, entropy and hidden': { statistics: ['hidden', 'entropy'] },
  'e-detector, all three': {
    detector: 'e-detector',
    statistics: ['hidden', 'entropy', 'answer-probability'],
  },
  'control: domains': { kind: 'domains' },
  'control: periodic': { kind: 'periodic' },
  'control: always': { kind: 'always' },
  'control: never': { kind: 'never' },
};

/** What a gate did on one stream. */
interface Run {
  /** Questions from each change to the incident it made, that question counted; `null`: none before the next change. */
  readonly delays: readonly (number | null)[];
  readonly falseAlarms: number;
  readonly questions: number;
  readonly inBursts: number;
}

function runGate({ observations, changes, width }: GateStream, options: GateOptions): Run {
  let state = initialGate(options);
  let incident = 1;
  let falseAlarms = 0;
  let inBursts = 0;
  const delays: (number | null)[] = changes.map(() => null);
  observations.forEach((observation, i) => {
    const step = stepGate(state, observation, options);
    state = step.state;
    const { status } = step;
    if (status.positionInBurst > 0) inBursts++;
    const newest = changes.findLastIndex((change) => change <= i);
    if (status.incident > incident && newest >= 0 && delays[newest] === null)
      delays[newest] = i - (changes[newest] as number) + 1;
    // While a change is under way, alarms are about it.
    else if (status.alarm && (newest < 0 || i >= (changes[newest] as number) + width))
      falseAlarms++;
    incident = Math.max(incident, status.incident);
  });
  return { delays, falseAlarms, questions: observations.length, inBursts };
}

/** One gate's figures over all orderings. */
function measureOne(domains: Domains, options: GateOptions, settings: GateMeasureOptions) {
  const runs = (name: string, make: (d: Domains, random: SeededRandom) => GateStream): Run[] =>
    Array.from({ length: settings.orderings }, (_, i) =>
      runGate(make(domains, seededRandom(settings.seed).fork(`${name} ${i}`)), options),
    );
  const sum = (of: readonly Run[], key: 'falseAlarms' | 'questions' | 'inBursts'): number =>
    of.reduce((total, run) => total + run[key], 0);
  const abrupt = runs('abrupt', abruptStream);
  const gradual = runs('gradual', gradualStream).flatMap(({ delays }) => delays);
  const steady = runs('steady', steadyStream);
  const delays = abrupt.flatMap((run) => run.delays);
  const found = Float64Array.from(delays.filter((delay) => delay !== null)).sort();
  const soon = found.filter((delay) => delay <= 5).length;
  const falseAlarms = sum(steady, 'falseAlarms');
  const questions = sum(steady, 'questions');
  return {
    changes: delays.length,
    foundWithin5: soon / delays.length,
    foundWithin5Low: wilsonInterval(soon, delays.length).low,
    delay: found.length === 0 ? null : [0.5, 0.9, 0.95, 0.99].map((q) => quantile(found, q)),
    missed: (delays.length - found.length) / delays.length,
    falseAlarmsAmongChanges: sum(abrupt, 'falseAlarms'),
    questionsAmongChanges: sum(abrupt, 'questions'),
    falseAlarms,
    questions,
    runLength: falseAlarms === 0 ? null : questions / falseAlarms,
    runLengthLow: questions / poissonUpperBound(falseAlarms),
    gradualFoundBeforeHalf:
      gradual.filter((delay) => delay !== null && delay <= 20).length / gradual.length,
    gradualMissed: gradual.filter((delay) => delay === null).length / gradual.length,
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
    for (const [name, changed] of Object.entries(GATES)) {
      if (!name.includes(settings.gate ?? '')) continue;
      const options: GateOptions = { ...DEFAULT_GATE, ...changed };
      const startMs = performance.now();
      const figures = measureOne(domains, options, settings);
      const seconds = (performance.now() - startMs) / 1000;
      process.stderr.write(`${path.basename(file)}: ${name}, ${seconds.toFixed(0)} s\n`);
      results.push({ file: path.basename(file), gate: name, options, ...figures });
    }
  }
  return {
    figures: { orderings: settings.orderings, seed: settings.seed, results },
    table: [
      [
        ...['gate', 'file', 'within 5', 'delay 50/90/95/99%', 'missed', 'false alarms'],
        ...['run length', '95% low', 'gradual by half', 'in bursts'],
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
        ...[r.gradualFoundBeforeHalf.toFixed(3), r.inBursts.toFixed(3)],
      ]),
    ],
  };
}
