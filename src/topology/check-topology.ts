import { detectorsOf } from '../drift/watch.ts';
import { RUN_LENGTHS } from '../drift/threshold-table.ts';
import { SCORE_NAMES, type ScoreName } from '../events/score.ts';
import type { TrainingMode } from '../learning/learning-options.ts';
import type { SignalName } from '../secl/training-target.ts';
import { brokerRules } from './check-broker.ts';
import type { RuleFault } from './rule-fault.ts';
import type { TopologyFile } from './topology-shape.ts';
import type { Topology } from './topology.ts';

/** Why a score cannot be computed under these settings, or `undefined` if it can. */
function obstacle(score: ScoreName, { confidence, scoring }: TopologyFile): string | undefined {
  if (score === 'verbalizedWithEvidence' && confidence.evidence === 'none') {
    return 'needs evidence: set confidence.evidence to token-certainty or answer-probability.';
  }
  if (score === 'normalizedPTrue' && scoring.distractors === 0) {
    return 'needs distractors: set scoring.distractors to at least 1.';
  }
  return undefined;
}

/** Whether a score is left out where `scoring.when` is `never`. */
function isJudged(score: ScoreName): boolean {
  return score === 'pTrue' || score === 'normalizedPTrue';
}

/** Fills in the defaults that depend on other keys. */
export function completeTopology(file: TopologyFile): Topology {
  const { batch, calibration, scoring, training, verdict } = file;
  const usual = calibration.window === 'tumbling' ? calibration.size : tenthOf(calibration.size);
  const { target } = training;
  return {
    ...file,
    batch: {
      ...batch,
      maxWaitMs: batch.maxWaitMs ?? (modeOf(file) === 'barrier' ? null : USUAL_WAIT_MS),
    },
    training: {
      ...training,
      mode: modeOf(file),
      target: {
        ...target,
        signals:
          target.signals ?? USUAL_SIGNALS.filter((name) => whyNoSignal(name, file) === undefined),
      },
    },
    scoring: {
      ...scoring,
      scores: scoring.scores ?? SCORE_NAMES.filter((name) => obstacle(name, file) === undefined),
    },
    calibration: { ...calibration, step: calibration.step ?? usual },
    verdict: {
      ...verdict,
      minimumLabelled:
        verdict.minimumLabelled ?? Math.max(LEAST_LABELLED, Math.ceil(calibration.size / 2)),
      dwell: verdict.dwell ?? calibration.size,
      carry: verdict.carry ?? CARRIED_WINDOWS * calibration.size,
    },
  };
}

/** Labels below which an error has no band. */
const LEAST_LABELLED = 20;
/** Windows for which a measured one goes on speaking. */
const CARRIED_WINDOWS = 5;

/** Wait of a batch where the file names none, in milliseconds. */
const USUAL_WAIT_MS = 50;

/** Whether and how is trained, where the file leaves it open: wherever there is something to train. */
function modeOf({ confidence, training }: TopologyFile): TrainingMode {
  return training.mode ?? (isVerbalized(confidence.published) ? 'barrier' : 'off');
}

function tenthOf(size: number): number {
  return Math.max(1, Math.round(size / 10));
}

/** Rules between keys, by what they are about. */
const RULES: readonly ((file: TopologyFile) => RuleFault[])[] = [
  topicRules,
  batchRules,
  scoreRules,
  trainingRules,
  sizeRules,
  gateRules,
  verdictRules,
  arenaRules,
  (file) => brokerRules(file.broker, modeOf(file)),
];

/** Thrown where a rule looks at a section that is at fault itself. */
class SectionAtFault extends Error {}

/**
 * The rules between keys. Each fault names the key to change.
 *
 * @param faulty - Sections at fault; rules that look at one are left out. @defaultValue none
 */
export function checkRules(
  file: TopologyFile,
  faulty: ReadonlySet<string> = new Set(),
): RuleFault[] {
  // A key that is not known may have been meant for any section.
  if ([...faulty].some((section) => !Object.hasOwn(file, section))) return [];
  const guarded = new Proxy(file, {
    get: (target, section, receiver): unknown => {
      if (typeof section === 'string' && faulty.has(section)) throw new SectionAtFault();
      return Reflect.get(target, section, receiver);
    },
  });
  return RULES.flatMap((rule) => {
    try {
      return rule(guarded);
    } catch (error) {
      if (error instanceof SectionAtFault) return [];
      throw error;
    }
  });
}

/** Cut by time, a replay's batches, and so what they teach, would differ from run to run. */
function batchRules(file: TopologyFile): RuleFault[] {
  if (file.batch.maxWaitMs === null || modeOf(file) !== 'barrier') return [];
  const message =
    'has no meaning where training.mode is barrier: batches are cut by count alone; leave it out, or set training.mode to async or off.';
  return [{ path: 'batch.maxWaitMs', message }];
}

function topicRules({ topics }: TopologyFile): RuleFault[] {
  const faults: RuleFault[] = [];
  const users = new Map<string, string>();
  for (const [key, topic] of Object.entries(topics) as [string, string][]) {
    const other = users.get(topic);
    if (other === undefined) users.set(topic, key);
    else faults.push({ path: `topics.${key}`, message: `is the topic of topics.${other} too.` });
  }
  return faults;
}

function scoreRules(file: TopologyFile): RuleFault[] {
  const faults: RuleFault[] = [];
  const { confidence, scoring } = file;
  for (const [index, score] of (scoring.scores ?? []).entries()) {
    const reason = obstacle(score, file);
    if (reason !== undefined) {
      faults.push({ path: `scoring.scores[${index}]`, message: `${score} ${reason}` });
    }
  }
  const { published } = confidence;
  const path = 'confidence.published';
  const reason = obstacle(published, file);
  if (reason !== undefined) {
    faults.push({ path, message: `${published} ${reason}` });
  } else if (scoring.scores?.includes(published) === false) {
    faults.push({ path, message: `${published} is not among scoring.scores.` });
  }
  if (scoring.when === 'never' && isJudged(published)) {
    const message = `${published} is not computed where scoring.when is never.`;
    faults.push({ path, message });
  }
  return faults;
}

/** Signals of the target where the file names none. */
const USUAL_SIGNALS: readonly SignalName[] = ['tokenCertainty', 'answerProbability'];

/** Why a signal is not there to train towards, or `undefined` if it is. */
function whyNoSignal(signal: SignalName, file: TopologyFile): string | undefined {
  const { scoring } = file;
  if (!isJudged(signal)) return undefined;
  if (scoring.when === 'never') return `${signal} is not computed where scoring.when is never.`;
  if (scoring.scores?.includes(signal) === false) return `${signal} is not among scoring.scores.`;
  const reason = obstacle(signal, file);
  return reason === undefined ? undefined : `${signal} ${reason}`;
}

function trainingRules(file: TopologyFile): RuleFault[] {
  const { confidence, scoring, training } = file;
  if (modeOf(file) === 'off') return [];
  const faults: RuleFault[] = [];
  const path = 'training.target.signals';
  if (!isVerbalized(confidence.published)) {
    const message = `trains verbalized confidence, but ${confidence.published} is published; set it to off, or publish verbalizedWithEvidence.`;
    faults.push({ path: 'training.mode', message });
  }
  for (const [index, signal] of (training.target.signals ?? []).entries()) {
    const message = whyNoSignal(signal, file);
    if (message !== undefined) faults.push({ path: `${path}[${index}]`, message });
  }
  const { signals, weighting } = training.target;
  // Without P(True) of the answers the probe compares nothing, and every signal has its full weight.
  if (
    weighting === 'probe' &&
    signals?.some(isJudged) === true &&
    scoring.scores?.includes('pTrue') === false
  ) {
    const message = 'is probe, which needs pTrue among scoring.scores; add it, or set it to equal.';
    faults.push({ path: 'training.target.weighting', message });
  }
  return faults;
}

/** Whether a score is the model's own statement, which an adapter acts on. */
function isVerbalized(score: ScoreName): boolean {
  return score === 'verbalized' || score === 'verbalizedWithEvidence';
}

/** Thresholds are simulated up to a run length that all detectors of a gate share. */
function gateRules({ gate }: TopologyFile): RuleFault[] {
  const most = Math.floor((RUN_LENGTHS.at(-1) as number) / detectorsOf(gate.statistics));
  if (gate.kind !== 'drift' || gate.questionsBetweenFalseAlarms <= most) return [];
  const message = `must be at most ${most} for ${gate.statistics.join(', ')}: thresholds are not known beyond.`;
  return [{ path: 'gate.questionsBetweenFalseAlarms', message }];
}

function verdictRules({ calibration, verdict }: TopologyFile): RuleFault[] {
  const { minimumLabelled } = verdict;
  if (minimumLabelled === null || minimumLabelled <= calibration.size) return [];
  const message = `must be at most calibration.size, ${calibration.size}, or nothing would ever count as measured.`;
  return [{ path: 'verdict.minimumLabelled', message }];
}

function sizeRules({ calibration }: TopologyFile): RuleFault[] {
  const faults: RuleFault[] = [];
  const { window, size, step } = calibration;
  if (step !== null && window === 'tumbling' && step !== size) {
    const message = `must be the size, ${size}, where windows are tumbling; leave it out.`;
    faults.push({ path: 'calibration.step', message });
  } else if (step !== null && step > size) {
    const message = `must be at most the size, ${size}, or answers would be in no window.`;
    faults.push({ path: 'calibration.step', message });
  }
  return faults;
}

function arenaRules({ answer, limits, model }: TopologyFile): RuleFault[] {
  const longest = limits.maxPromptTokens + Math.max(...Object.values(answer.maxTokens));
  if (longest <= model.arenaPositions) return [];
  const message = `must be at least ${longest}: the longest prompt and answer together.`;
  return [{ path: 'model.arenaPositions', message }];
}
