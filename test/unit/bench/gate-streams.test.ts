import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abruptStream, gradualStream, steadyStream } from '../../../bench/gate-streams.ts';
import type { GateObservation } from '../../../src/drift/watch.ts';
import { seededRandom } from '../../../src/random/seeded-random.ts';

const rows = (domain: string): GateObservation[] =>
  Array.from({ length: 200 }, (_, i) => ({
    ...{ entropyNats: i, answerProbability: null, hidden: undefined, domain },
  }));
const domains = new Map(['a', 'b', 'c'].map((domain) => [domain, rows(domain)]));

describe('streams for gates', () => {
  it('change where they say, by 50 to 150 questions a domain', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { observations, changes } = abruptStream(domains, seededRandom(seed));
      const seen = observations.flatMap(({ domain }, i) =>
        i > 0 && observations[i - 1]?.domain !== domain ? [i] : [],
      );
      assert.deepEqual(changes, seen);
      [...changes, observations.length].forEach((end, i) => {
        const length = end - (changes[i - 1] ?? 0);
        assert.ok(length >= 50 && length <= 150);
      });
    }
  });

  it('change step by step, or not at all', () => {
    const { observations, changes, width } = gradualStream(domains, 40, seededRandom(1));
    const [start = 0] = changes;
    const names = observations.map(({ domain }) => domain);
    assert.equal(new Set(names.slice(0, start)).size, 1);
    assert.equal(new Set(names.slice(start, start + width)).size, 2);
    assert.equal(new Set(names.slice(start + width)).size, 1);
    const steady = steadyStream(domains, seededRandom(1));
    assert.equal(new Set(steady.observations.map(({ domain }) => domain)).size, 1);
    assert.equal(new Set(steady.observations.map(({ entropyNats }) => entropyNats)).size, 200);
  });
});
