import type { DashboardInput } from '../../src/dashboard-view/dashboard-input.ts';
import type { LabelMatcher } from '../../src/dashboard-view/dashboard-state.ts';
import type { AdapterDecision } from '../../src/events/adapter-decision.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { Answer, GateReading } from '../../src/events/answer.ts';
import type { CalibrationWindow } from '../../src/events/calibration-window.ts';
import type { DeadLetter } from '../../src/events/dead-letter.ts';

/** A reading of a gate with one statistic. */
export function reading(over: Partial<GateReading> = {}): GateReading {
  return {
    burst: 0,
    positionInBurst: 0,
    incident: 0,
    alarm: false,
    statistics: { hidden: 2 },
    thresholds: { hidden: 8 },
    ...over,
  };
}

/** Answer `i`, a second after the one before. */
export function answerOf(i: number, over: Partial<Answer> = {}): Answer {
  return {
    questionId: `q${i}`,
    sourceTopic: 'qa.questions',
    sourcePartition: 0,
    sourceOffset: i,
    domain: 'geography',
    style: 'short',
    text: 'Oslo',
    extracted: 'Oslo',
    tokenIds: [1],
    finishReason: 'stop',
    entropyNats: null,
    published: { value: 0.5, source: 'verbalized', adapterVersion: 0 },
    scores: [],
    distractors: [],
    forwardTokens: { answer: 1, confidence: 1, scoring: 0, training: 0, total: 2 },
    model: 'a model',
    modelFingerprint: 'f',
    duplicateOf: null,
    late: false,
    answeredAtMs: 1_700_000_000_000 + 1000 * i,
    durationMs: 20,
    hidden: null,
    gate: reading(),
    previousConfidence: null,
    ...over,
  };
}

/** An answer of a confidence. */
export function stated(i: number, value: number | null, over: Partial<Answer> = {}): Answer {
  return answerOf(i, {
    published: { value, source: 'verbalized', adapterVersion: 0 },
    ...over,
  });
}

/** Wraps a record. */
export function input<K extends DashboardInput['kind']>(
  kind: K,
  value: Extract<DashboardInput, { kind: K }>['value'],
  atMs = 0,
): DashboardInput {
  return { kind, value, atMs } as DashboardInput;
}

/** A judge's verdict on question `i`. */
export function labelInput(i: number, correct: boolean | null): DashboardInput {
  return input('label', { questionId: `q${i}`, acceptedAnswers: [], correct, labelledAtMs: 0 });
}

/** Takes the label's verdict. */
export const byVerdict: LabelMatcher = (_, label) => label.correct;

/** A window over all domains. */
export function windowOf(over: Partial<CalibrationWindow> = {}): CalibrationWindow {
  return {
    sourceTopic: 'qa.questions',
    sourcePartition: 0,
    ordinal: 0,
    revision: 0,
    scope: 'pooled',
    firstOffset: 0,
    lastOffset: 9,
    answers: 10,
    labelled: 8,
    accuracy: 0.5,
    metrics: [
      {
        score: 'published',
        n: 8,
        missing: 0,
        ece: 0.25,
        eceFloor: 0.1,
        eceFloorP95: null,
        eceLow: null,
        eceHigh: null,
        brier: 0.2,
        auroc: 0.6,
        mean: 0.7,
      },
    ],
    eceDefinition: 'ece-equal-width',
    closedAtMs: 5,
    estimated: null,
    drift: null,
    answersSeen: null,
    seenUntilMs: null,
    adapterVersion: null,
    adapterVersions: [],
    verdict: null,
    ...over,
  };
}

/** A decision about an adapter. */
export function decisionOf(over: Partial<AdapterDecision> = {}): AdapterDecision {
  return {
    lineage: 'main',
    version: 1,
    decision: 'accepted',
    code: 'none',
    reason: 'it holds up',
    activeVersion: 1,
    decidedAtMs: 7,
    ...over,
  };
}

/** A trained version. */
export function adapterOf(over: Partial<AdapterRecord> = {}): AdapterRecord {
  return {
    lineage: 'main',
    version: 1,
    parentVersion: 0,
    baseSha256: 'b',
    scope: 'position',
    batchId: 'x',
    lora: { rank: 8, alpha: 16, projections: ['q'], lastLayers: 1 },
    loss: { before: 2, after: 1 },
    heldOutError: { before: 0.3, after: 0.2 },
    meanConfidence: null,
    trainedOn: ['q1', 'q2'],
    forwardTokens: 3,
    trainer: 't',
    durationMs: 4,
    sha256: 's',
    sizeBytes: 1,
    optimizerSha256: null,
    weights: new Uint8Array(10),
    ...over,
  };
}

/** A record that could not be answered. */
export function letterOf(over: Partial<DeadLetter> = {}): DeadLetter {
  return {
    sourceTopic: 'qa.questions',
    sourcePartition: 0,
    sourceOffset: 3,
    code: 'RECORD_INVALID',
    reason: 'it is no record',
    key: null,
    value: new Uint8Array(12),
    failedAtMs: 9,
    ...over,
  };
}
