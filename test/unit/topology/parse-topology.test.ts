import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseTopology, readTopology } from '../../../src/topology/parse-topology.ts';

const SHORTEST = 'version: 1\nname: qa\n';
const DEFAULT = readFileSync('topologies/qa.yaml', 'utf8');

/** Faults as `line:column path message`. */
function faultsOf(text: string): string[] {
  const parsed = parseTopology(text);
  if (parsed.ok) return [];
  return parsed.faults.map(
    ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
  );
}

describe('parseTopology', () => {
  it('fills in what the default file says', () => {
    const shortest = readTopology(SHORTEST, 'shortest.yaml');
    assert.deepEqual(shortest, readTopology(DEFAULT, 'qa.yaml'));
    assert.equal(shortest.batch.maxBatch, 8);
    assert.equal(shortest.calibration.step, 100);
    assert.equal(shortest.scoring.scores.length, 6);
  });

  it('reads every key', () => {
    const text = `
version: 1
name: other
topics: { questions: q, answers: a, feedback: f, calibration: c, deadLetters: d, trainingBatches: t, adapters: p, adapterDecisions: e, alerts: w }
model: { name: ./m.gguf, precision: int4, threads: 3, arenaPositions: 4096 }
batch: { maxBatch: 4, maxInFlight: 1, maxWaitMs: 0, order: partition }
answer: { maxTokens: { short: 1, choice: 2, reasoning: 3 } }
confidence: { published: verbalized, evidence: none, minimumMass: 0.25 }
scoring: { when: always, scores: [pTrue, verbalized], distractors: 0, normalization: total, distractorMaxTokens: 5 }
gate: { kind: periodic, statistics: [entropy], detector: adwin, questionsBetweenFalseAlarms: 50, warmUp: 4, coolDown: 0, burst: 5, period: 60 }
training:
  mode: async
  trainer: service
  target: { signals: [pTrue], mean: geometric, weighting: equal }
  minimumGap: 0.2
  accumulation: burst
  loss: squared
  maxStep: 0.3
  steps: 2
  samplesPerStep: 3
  replayShare: 0.25
  memorySize: 7
  maxSamplesPerKey: 6
  lora: { rank: 2, alpha: 4, projections: [up, q], lastLayers: 1 }
  optimizer: { name: adamw, learningRate: 0.5, beta1: 0.8, beta2: 0.7, epsilon: 0.001, weightDecay: 0.01, clipNorm: 3 }
  guard: { maxMeanShift: 0.4, heldOutEvery: 5, maxHeldOutRise: 0.3, trialQuestions: 3, maxDrift: 2.5, refusals: 9, restQuestions: 8 }
adapter: { scope: turn }
calibration: { window: sliding, size: 20, step: 7, correctable: 1, closeAfterSeconds: 60, bins: 15, bootstrap: 10, simulations: 0 }
verdict: { limit: 0.2, margin: 0.01, minimumLabelled: 9, dwell: 8, carry: 7, gap: 0.6 }
alerts:
  when: always
  verdict: { caution: warning, doNotTrust: warning, notEnoughData: alert }
  calibrationError: { warning: null, alert: 0.5 }
  driftIncident: off
  refusedAdapters: { warning: 2, alert: null, minutes: 3 }
  deadLetters: { warning: 0.5, alert: 0.6, minutes: 4, atLeast: 5 }
  noData: { warning: 0.5, alert: null }
  whileNoData: warning
  settleMinutes: 0
  renotifyMinutes: 6
  webhook: { url: 'https://alerts.example/a', timeoutMs: 100, attempts: 1, secretHeader: X-Key }
broker: { kind: kafka, folder: f, brokers: 'a:1,b:2', clientId: c, group: g, partitions: 3, replicationFactor: 2, sessionTimeoutMs: 10000, heartbeatMs: 2000, transactionTimeoutMs: 20000, progressTimeoutMs: 300000, stallSeconds: 60, sasl: { mechanism: plain, usernameFile: u, passwordEnv: P }, tls: { mode: on, caFile: ca, certFile: ce, keyFile: ke }, registry: { url: 'https://r.example/api', usernameEnv: U, passwordFile: p, subjects: record, register: true, timeoutMs: 100 } }
seed: 4294967295
limits: { maxPromptTokens: 100, maxQuestionChars: 200 }
telemetry:
  traces: { exporter: file, endpoint: t.jsonl, ratio: 0.5, storeMiB: 1 }
  metrics: { exporter: otlp-http, endpoint: 'http://m', intervalMs: 500 }
  captureContent: true
`;
    assert.deepEqual(readTopology(text, 'other.yaml'), {
      version: 1,
      name: 'other',
      topics: {
        questions: 'q',
        answers: 'a',
        feedback: 'f',
        calibration: 'c',
        deadLetters: 'd',
        trainingBatches: 't',
        adapters: 'p',
        adapterDecisions: 'e',
        alerts: 'w',
      },
      model: { name: './m.gguf', precision: 'int4', threads: 3, arenaPositions: 4096 },
      batch: { maxBatch: 4, maxInFlight: 1, maxWaitMs: 0, order: 'partition' },
      answer: { maxTokens: { short: 1, choice: 2, reasoning: 3 } },
      confidence: { published: 'verbalized', evidence: 'none', minimumMass: 0.25 },
      scoring: {
        when: 'always',
        scores: ['pTrue', 'verbalized'],
        distractors: 0,
        normalization: 'total',
        distractorMaxTokens: 5,
      },
      gate: {
        kind: 'periodic',
        statistics: ['entropy'],
        detector: 'adwin',
        questionsBetweenFalseAlarms: 50,
        warmUp: 4,
        coolDown: 0,
        burst: 5,
        period: 60,
      },
      training: {
        mode: 'async',
        trainer: 'service',
        target: { signals: ['pTrue'], mean: 'geometric', weighting: 'equal' },
        minimumGap: 0.2,
        accumulation: 'burst',
        loss: 'squared',
        maxStep: 0.3,
        steps: 2,
        samplesPerStep: 3,
        replayShare: 0.25,
        memorySize: 7,
        maxSamplesPerKey: 6,
        lora: { rank: 2, alpha: 4, projections: ['up', 'q'], lastLayers: 1 },
        optimizer: {
          name: 'adamw',
          learningRate: 0.5,
          beta1: 0.8,
          beta2: 0.7,
          epsilon: 0.001,
          weightDecay: 0.01,
          clipNorm: 3,
        },
        guard: {
          maxMeanShift: 0.4,
          heldOutEvery: 5,
          maxHeldOutRise: 0.3,
          refusals: 9,
          restQuestions: 8,
          trialQuestions: 3,
          maxDrift: 2.5,
        },
      },
      adapter: { scope: 'turn' },
      calibration: {
        window: 'sliding',
        size: 20,
        step: 7,
        correctable: 1,
        closeAfterSeconds: 60,
        bins: 15,
        bootstrap: 10,
        simulations: 0,
      },
      verdict: { limit: 0.2, margin: 0.01, minimumLabelled: 9, dwell: 8, carry: 7, gap: 0.6 },
      alerts: {
        when: 'always',
        verdict: { caution: 'warning', doNotTrust: 'warning', notEnoughData: 'alert' },
        calibrationError: { warning: null, alert: 0.5 },
        driftIncident: 'off',
        refusedAdapters: { warning: 2, alert: null, minutes: 3 },
        deadLetters: { warning: 0.5, alert: 0.6, minutes: 4, atLeast: 5 },
        noData: { warning: 0.5, alert: null },
        whileNoData: 'warning',
        settleMinutes: 0,
        renotifyMinutes: 6,
        webhook: {
          url: 'https://alerts.example/a',
          timeoutMs: 100,
          attempts: 1,
          secretHeader: 'X-Key',
        },
      },
      broker: {
        kind: 'kafka',
        folder: 'f',
        brokers: 'a:1,b:2',
        clientId: 'c',
        group: 'g',
        partitions: 3,
        replicationFactor: 2,
        sessionTimeoutMs: 10_000,
        heartbeatMs: 2000,
        transactionTimeoutMs: 20_000,
        progressTimeoutMs: 300_000,
        stallSeconds: 60,
        sasl: {
          mechanism: 'plain',
          usernameFile: 'u',
          usernameEnv: null,
          passwordFile: null,
          passwordEnv: 'P',
        },
        tls: { mode: 'on', caFile: 'ca', certFile: 'ce', keyFile: 'ke' },
        registry: {
          url: 'https://r.example/api',
          usernameFile: null,
          usernameEnv: 'U',
          passwordFile: 'p',
          passwordEnv: null,
          subjects: 'record',
          register: true,
          timeoutMs: 100,
        },
      },
      seed: 4294967295,
      limits: { maxPromptTokens: 100, maxQuestionChars: 200 },
      telemetry: {
        traces: { exporter: 'file', endpoint: 't.jsonl', ratio: 0.5, storeMiB: 1 },
        metrics: { exporter: 'otlp-http', endpoint: 'http://m', intervalMs: 500 },
        captureContent: true,
      },
    });
  });

  it('reports every fault of a file at once, where it is, in its order', () => {
    const text = [
      'version: 2',
      'nmae: x',
      'batch:',
      '  maxbatch: 3',
      '  maxBatch: 100',
      'maxWaitMs: 3',
      'scoring: { scores: [pTrue, ptrue, pTrue], when: 3 }',
      'topics: [1]',
      'model: { name: *a, threads: x }',
      'limits:',
      'seed: 1',
      'seed: 2',
      '5: x',
      'zebra: 1',
    ].join('\n');
    const scores =
      'verbalized, verbalizedWithEvidence, answerProbability, tokenCertainty, pTrue, normalizedPTrue';
    assert.deepEqual(faultsOf(text), [
      '1:1 name is missing, and has no default.',
      '1:10 version must be 1, not 2.',
      '2:1 nmae unknown key; did you mean "name"?',
      '4:3 batch.maxbatch unknown key; did you mean "maxBatch"?',
      '5:13 batch.maxBatch must be an integer from 1 to 64, not 100.',
      '6:1 maxWaitMs unknown key here; it belongs at "batch.maxWaitMs".',
      `7:28 scoring.scores[1] must be one of ${scores}, not "ptrue". Did you mean "pTrue"?`,
      '7:35 scoring.scores[2] repeats "pTrue".',
      '7:49 scoring.when must be one of always, burst, never, not 3.',
      '8:9 topics must be a mapping, not a list.',
      '9:16 model.name aliases are not supported; write the value out.',
      '9:29 model.threads must be an integer from 1 to 1024 or null, not "x".',
      '10:8 limits must be a mapping, not null.',
      '12:1 seed is given twice.',
      '13:1  5 cannot be a key.',
      '14:1 zebra unknown key; known are version, name, topics, model, batch, answer, confidence, scoring, gate, training, adapter, calibration, verdict, alerts, broker, seed, limits, telemetry.',
    ]);
  });

  const rules: [string, string, string[]][] = [
    [
      'one topic for two uses',
      'topics: { answers: qa.questions }',
      ['topics.answers is the topic of topics.questions too.'],
    ],
    [
      'publishing what is not computed',
      'confidence: { published: pTrue }\nscoring: { scores: [verbalized] }',
      ['confidence.published pTrue is not among scoring.scores.'],
    ],
    [
      'publishing a judged score without judging',
      'confidence: { published: pTrue }\nscoring: { when: never }',
      ['confidence.published pTrue is not computed where scoring.when is never.'],
    ],
    [
      'evidence that is not there',
      'confidence: { evidence: none }',
      [
        'confidence.published verbalizedWithEvidence needs evidence: set confidence.evidence to token-certainty or answer-probability.',
      ],
    ],
    [
      'distractors that are not there',
      'scoring: { distractors: 0, scores: [verbalizedWithEvidence, normalizedPTrue] }',
      [
        'scoring.scores[1] normalizedPTrue needs distractors: set scoring.distractors to at least 1.',
      ],
    ],
    [
      // Whether or not the file names the mode that it trains in.
      'a target that is never there, by default of the mode',
      'scoring: { when: never }\ntraining: { target: { signals: [pTrue] } }',
      ['training.target.signals[0] pTrue is not computed where scoring.when is never.'],
    ],
    [
      'a probe without what it probes',
      'scoring: { scores: [verbalizedWithEvidence, normalizedPTrue] }\ntraining: { target: { signals: [tokenCertainty, normalizedPTrue] } }',
      [
        'training.target.weighting is probe, which needs pTrue among scoring.scores; add it, or set it to equal.',
      ],
    ],
    [
      'tumbling windows with gaps',
      'calibration: { step: 5 }',
      ['calibration.step must be the size, 100, where windows are tumbling; leave it out.'],
    ],
    [
      'more labels wanted than a window has answers',
      'verdict: { minimumLabelled: 101 }',
      [
        'verdict.minimumLabelled must be at most calibration.size, 100, or nothing would ever count as measured.',
      ],
    ],
    [
      'sliding windows with gaps',
      'calibration: { window: sliding, size: 4, step: 5 }',
      ['calibration.step must be at most the size, 4, or answers would be in no window.'],
    ],
    [
      'a rate of false alarms for which no threshold is known',
      'gate: { statistics: [hidden, entropy], questionsBetweenFalseAlarms: 4000 }',
      [
        'gate.questionsBetweenFalseAlarms must be at most 3333 for hidden, entropy: thresholds are not known beyond.',
      ],
    ],
    ...['', 'training: { mode: barrier }'].map((mode): [string, string, string[]] => [
      `batches cut by time before a barrier${mode === '' ? ', which is the default' : ''}`,
      `batch: { maxWaitMs: 5 }\n${mode}`,
      [
        'batch.maxWaitMs has no meaning where training.mode is barrier: batches are cut by count alone; leave it out, or set training.mode to async or off.',
      ],
    ]),
    [
      'a cache too small for one prompt',
      'model: { arenaPositions: 2367 }',
      ['model.arenaPositions must be at least 2368: the longest prompt and answer together.'],
    ],
  ];
  for (const [what, text, expected] of rules) {
    it(`refuses ${what}`, () => {
      const faults = faultsOf(SHORTEST + text);
      assert.deepEqual(
        faults.map((fault) => fault.replace(/^\d+:\d+ /, '')),
        expected,
      );
    });
  }

  it('points at the key to change', () => {
    assert.match(faultsOf(`${SHORTEST}model: { arenaPositions: 2367 }`)[0]!, /^3:26 /);
    const waiting = `${SHORTEST}batch:\n  maxBatch: 4\n  maxWaitMs: 5\n`;
    assert.match(faultsOf(waiting)[0]!, /^5:14 batch\.maxWaitMs /);
    // Nothing says `published`: the nearest thing above it does.
    assert.match(faultsOf(`${SHORTEST}confidence: { evidence: none }`)[0]!, /^3:13 /);
  });

  it('chooses the scores that the settings allow where none are listed', () => {
    const scoresOf = (text: string): readonly string[] =>
      readTopology(SHORTEST + text, 't').scoring.scores;
    const all = scoresOf('');
    assert.deepEqual(
      scoresOf('confidence: { evidence: none, published: verbalized }'),
      all.filter((score) => score !== 'verbalizedWithEvidence'),
    );
    assert.deepEqual(
      scoresOf('scoring: { distractors: 0 }'),
      all.filter((score) => score !== 'normalizedPTrue'),
    );
  });

  it('steps by the size where windows tumble, by a tenth of it where they slide', () => {
    const stepOf = (text: string): number =>
      readTopology(`${SHORTEST}calibration: { ${text} }`, 't').calibration.step;
    assert.equal(stepOf('size: 30'), 30);
    assert.equal(stepOf('window: sliding, size: 30'), 3);
    assert.equal(stepOf('window: sliding, size: 3'), 1);
    assert.equal(stepOf('window: sliding, size: 30, step: null'), 3);
  });

  it('waits 50 ms for a batch to fill up where the file does not say, unless batches are cut by count', () => {
    const waitOf = (text: string): number | null =>
      readTopology(SHORTEST + text, 't').batch.maxWaitMs;
    assert.equal(waitOf('training: { mode: async }'), 50);
    assert.equal(waitOf('training: { mode: async }\nbatch: { maxWaitMs: 7 }'), 7);
    assert.equal(waitOf('training: { mode: off }\nbatch: { maxWaitMs: 0 }'), 0);
    assert.equal(waitOf('batch: { maxWaitMs: null }'), null, 'the default is a barrier');
    // Nothing is trained where the published score is no statement of the model's.
    assert.equal(
      waitOf(
        'confidence: { published: pTrue }\nscoring: { when: always }\nbatch: { maxWaitMs: 9 }',
      ),
      9,
    );
  });

  it('freezes what it returns, to the bottom', () => {
    const topology = readTopology(SHORTEST, 't');
    assert.throws(() => Object.assign(topology, { seed: 2 }), TypeError);
    assert.throws(() => Object.assign(topology.answer.maxTokens, { short: 2 }), TypeError);
    assert.ok(Object.isFrozen(topology.scoring.scores));
  });

  it('says what is wrong with the syntax, and nothing else', () => {
    assert.deepEqual(faultsOf(''), ['1:1  must be a mapping, not nothing.']);
    assert.match(faultsOf('version: [')[0]!, /^1:11  /);
    assert.deepEqual(faultsOf('version: 1\n name: x'), [
      '1:10  Nested mappings are not allowed in compact mappings.',
      '1:10  Implicit keys need to be on a single line.',
    ]);
    assert.equal(faultsOf('---\n---\n').length, 1);
  });

  it('throws one coded error that holds every fault', () => {
    assert.throws(() => readTopology('version: 1\nnane: x\n', 'my.yaml'), {
      code: 'TOPOLOGY_INVALID',
      message:
        'The topology has 2 faults:\nmy.yaml:1:1: name: is missing, and has no default.\nmy.yaml:2:1: nane: unknown key; did you mean "name"?',
    });
  });
});
