import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DETECTORS } from '../../../src/drift/detector.ts';
import { GATE_STATISTICS } from '../../../src/drift/gate-options.ts';
import {
  DEFAULT_GATE,
  initialGate,
  stepGate,
  type GateObservation,
  type GateOptions,
  type GateState,
  type GateStatus,
} from '../../../src/drift/gate.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';

const NOTHING: GateObservation = {
  entropyNats: null,
  answerProbability: null,
  hidden: undefined,
  domain: null,
};

/** Statuses of a stream, the state passed through JSON after every question. */
function statusesOf(options: GateOptions, stream: readonly GateObservation[]): GateStatus[] {
  let state = initialGate(options);
  return stream.map((x) => {
    const step = stepGate(state, x, options);
    state = JSON.parse(JSON.stringify(step.state)) as GateState;
    assert.deepEqual(state, step.state, 'the state survives JSON');
    return step.status;
  });
}

/** Questions whose hidden states lie around `center`, in 32 dimensions. */
function around(center: number, n: number, seed: number): GateObservation[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => {
    const hidden = Float32Array.from({ length: 32 }, () => 0.2 * random.normal());
    hidden[center] = (hidden[center] ?? 0) + 1;
    return {
      ...NOTHING,
      hidden,
      entropyNats: center / 8 + 0.1 * random.normal(),
      answerProbability: random.next(),
    };
  });
}
const alarmsOf = (statuses: readonly GateStatus[]): number[] =>
  statuses.flatMap(({ alarm }, i) => (alarm ? [i] : []));

describe('a drift gate', () => {
  const stream = [...around(0, 60, 1), ...around(9, 60, 2), ...around(20, 60, 3)];

  for (const detector of ['cusum', 'page-hinkley', 'e-detector'] as const)
    it(`finds abrupt changes within 5 questions: ${detector}`, () => {
      const alarms = alarmsOf(statusesOf({ ...DEFAULT_GATE, detector }, stream));
      assert.equal(alarms.length, 2, `alarms at ${alarms.join(', ')}`);
      for (const [i, start] of [60, 120].entries())
        assert.ok(alarms[i] !== undefined && alarms[i] >= start && alarms[i] < start + 5);
    });

  it('finds a narrow domain inside the cloud of a wide one', () => {
    const random = seededRandom(4);
    const wide = Array.from({ length: 80 }, () => ({
      ...NOTHING,
      hidden: Float32Array.from({ length: 32 }, () => random.normal()),
    }));
    // A cosine of about 0.5 with each other; with the wide ones, as these have among themselves, about 0.
    const narrow = Array.from({ length: 20 }, () => ({
      ...NOTHING,
      hidden: Float32Array.from({ length: 32 }, () => 1 + random.normal()),
    }));
    const alarms = alarmsOf(statusesOf(DEFAULT_GATE, [...wide, ...narrow]));
    assert.equal(alarms.length, 1, `alarms at ${alarms.join(', ')}`);
    assert.ok((alarms[0] ?? 0) >= 80 && (alarms[0] ?? 99) < 87, alarms.join(', '));
  });

  it('leaves the questions it promises between false alarms, where questions come in clusters', () => {
    const random = seededRandom(5);
    const stream = Array.from({ length: 3000 }, () => {
      const center = random.integer(5);
      return {
        ...NOTHING,
        hidden: Float32Array.from(
          { length: 16 },
          (_, i) => (i === center ? 1 : 0) + 0.1 * random.normal(),
        ),
      };
    });
    let state = initialGate({ ...DEFAULT_GATE, questionsBetweenFalseAlarms: 100 });
    let alarms = 0;
    for (const x of stream) {
      const step = stepGate(state, x, { ...DEFAULT_GATE, questionsBetweenFalseAlarms: 100 });
      ({ state } = step);
      if (step.status.alarm) alarms++;
    }
    // 30 are allowed; four Poisson deviations of that.
    assert.ok(alarms <= 30 + 4 * Math.sqrt(30), `${alarms}`);
  });

  it('finds a change of entropy', () => {
    const alarms = alarmsOf(statusesOf({ ...DEFAULT_GATE, statistics: ['entropy'] }, stream));
    assert.deepEqual(alarms.length, 2);
  });

  it('opens a burst and an incident at the start and at each change', () => {
    const statuses = statusesOf(DEFAULT_GATE, stream);
    assert.deepEqual(statuses[0], {
      ...{ burst: 1, positionInBurst: 1, incident: 1, alarm: false },
      ...{ statistics: { hidden: 0 }, thresholds: statuses[0]?.thresholds },
    });
    for (const [i, alarm] of alarmsOf(statuses).entries()) {
      assert.equal(statuses[alarm]?.positionInBurst, 1);
      assert.equal(statuses[alarm].burst, i + 2);
      assert.equal(statuses[alarm].incident, i + 2);
      assert.ok(
        (statuses[alarm].statistics['hidden'] ?? 0) > (statuses[alarm].thresholds['hidden'] ?? 9),
      );
    }
    assert.equal(statuses[59]?.burst, 0);
    assert.equal(statuses[59].positionInBurst, 0);
  });

  it('finds a change at the first question after the warm-up', () => {
    const early = [...around(0, 16, 1), ...around(9, 30, 2)];
    // Each new question is the farthest of 17: p = 0.5 / 17, normal score 1.89, 0.69 above the slack; the threshold
    // for 1,200 questions lies between three and four times that.
    assert.deepEqual(alarmsOf(statusesOf(DEFAULT_GATE, early)), [19]);
  });

  it('finds changes that come every 20 questions, of domains that return', () => {
    const often = [0, 9, 20, 0, 9, 20].flatMap((center, i) => around(center, 20, i));
    const alarms = alarmsOf(statusesOf(DEFAULT_GATE, often));
    assert.equal(alarms.length, 5, `alarms at ${alarms.join(', ')}`);
    for (const [i, alarm] of alarms.entries())
      assert.ok(alarm >= 20 * (i + 1) && alarm < 20 * (i + 1) + 5, alarms.join(', '));
  });

  for (const detector of DETECTORS)
    it(`finds nothing where every question is the same, and a change to another: ${detector}`, () => {
      const options = { ...DEFAULT_GATE, detector, statistics: GATE_STATISTICS };
      const same = (i: number, n: number): GateObservation[] =>
        Array.from({ length: n }, () => ({
          ...NOTHING,
          hidden: Float32Array.of(1 - i, i),
          entropyNats: i,
          answerProbability: 0.5,
        }));
      const alarms = alarmsOf(statusesOf(options, [...same(0, 300), ...same(1, 60)]));
      assert.equal(alarms.length, 1, `alarms at ${alarms.join(', ')}`);
      assert.ok((alarms[0] ?? 0) >= 300, alarms.join(', '));
    });

  it('merges alarms within the cool-down', () => {
    const options = { ...DEFAULT_GATE, warmUp: 8, coolDown: 1000 };
    const statuses = statusesOf(options, stream);
    assert.equal(alarmsOf(statuses).length, 2);
    assert.equal(statuses.at(-1)?.incident, 1);
    assert.equal(statuses.at(-1)?.burst, 0);
  });

  it('learns and fires on nothing where values are missing', () => {
    const options = { ...DEFAULT_GATE, statistics: GATE_STATISTICS };
    const gaps = stream.flatMap((x) => [x, NOTHING, { ...x, hidden: new Float32Array(32) }]);
    const dense = statusesOf({ ...DEFAULT_GATE, coolDown: 0 }, stream);
    const sparse = statusesOf({ ...DEFAULT_GATE, coolDown: 0 }, gaps);
    assert.deepEqual(
      sparse.filter((_, i) => i % 3 === 0).map(({ statistics }) => statistics),
      dense.map(({ statistics }) => statistics),
    );
    assert.deepEqual(
      alarmsOf(
        statusesOf(
          options,
          Array.from({ length: 99 }, () => NOTHING),
        ),
      ),
      [],
    );
  });

  it('is not poisoned by hostile numbers, counts bursts exactly and incidents upwards', () => {
    const number = fc.oneof(
      fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, -1e308, 1e308, 0),
      fc.double(),
    );
    const observation = fc.record({
      entropyNats: number,
      answerProbability: number,
      hidden: fc.oneof(
        fc.constant(undefined),
        fc.float32Array({ minLength: 0, maxLength: 5 }),
        fc.float32Array({ minLength: 4, maxLength: 4, noNaN: true }),
      ),
      domain: fc.constantFrom(null, 'a', 'b'),
    });
    const options = fc.record({
      kind: fc.constantFrom('drift', 'always', 'never', 'periodic', 'domains'),
      statistics: fc.subarray([...GATE_STATISTICS], { minLength: 1 }),
      detector: fc.constantFrom(...DETECTORS),
      questionsBetweenFalseAlarms: fc.constantFrom(50, 200),
      warmUp: fc.integer({ min: 4, max: 12 }),
      coolDown: fc.integer({ min: 0, max: 9 }),
      burst: fc.integer({ min: 1, max: 9 }),
      period: fc.integer({ min: 1, max: 20 }),
    }) as fc.Arbitrary<GateOptions>;
    fc.assert(
      fc.property(options, fc.array(observation, { maxLength: 80 }), (gate, xs) => {
        const statuses = statusesOf(gate, xs);
        let [burst, position, incident] = [0, 0, 0];
        for (const status of statuses) {
          for (const value of [
            ...Object.values(status.statistics),
            ...Object.values(status.thresholds),
          ])
            assert.ok(Number.isFinite(value) && value >= 0);
          assert.ok(status.incident === incident || status.incident === incident + 1);
          if (status.positionInBurst === 0) {
            assert.equal(status.burst, 0);
            // Only a burst that is full, or none, may be followed by none.
            assert.ok(position === 0 || position === gate.burst);
          } else if (status.positionInBurst === 1) {
            assert.equal(status.burst, burst + 1);
            burst++;
          } else {
            assert.equal(status.burst, burst);
            assert.equal(status.positionInBurst, position + 1);
            assert.ok(status.positionInBurst <= gate.burst);
          }
          position = status.positionInBurst;
          incident = status.incident;
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('the controls', () => {
  const named = ['a', 'a', null, 'a', 'b', 'b', 'a', 'a'].map((domain) => ({ ...NOTHING, domain }));
  const positions = (options: Partial<GateOptions>): string =>
    statusesOf({ ...DEFAULT_GATE, burst: 2, ...options }, named)
      .map(({ burst, positionInBurst }) => `${burst}.${positionInBurst}`)
      .join(' ');

  it('always has a burst open', () => {
    assert.equal(positions({ kind: 'always' }), '1.1 1.2 2.1 2.2 3.1 3.2 4.1 4.2');
  });

  it('never opens one', () => {
    assert.equal(positions({ kind: 'never' }), Array(8).fill('0.0').join(' '));
  });

  it('opens one every period', () => {
    assert.equal(positions({ kind: 'periodic', period: 3 }), '1.1 1.2 0.0 2.1 2.2 0.0 3.1 3.2');
  });

  it('opens one where the domain changes, and not where it is unknown', () => {
    assert.equal(positions({ kind: 'domains' }), '1.1 1.2 0.0 0.0 2.1 2.2 3.1 3.2');
  });
});

describe('initialGate', () => {
  for (const wrong of [
    { burst: 0 },
    { kind: 'periodic', period: 0 },
    { statistics: [] },
    { warmUp: 3 },
    { warmUp: 65 },
    { coolDown: -1 },
    { questionsBetweenFalseAlarms: 1e6 },
    { questionsBetweenFalseAlarms: Number.NaN },
  ] as const)
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => initialGate({ ...DEFAULT_GATE, ...wrong }), { code: 'PRECONDITION' });
    });
});
