import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Profiler } from 'node:inspector';
import { profileAreas } from '../../../bench/profile-areas.ts';
import { profileNode as node } from '../../support/profile-node.ts';

it('counts each sample for the innermost area on its stack, and what nobody caused by itself', () => {
  const profile: Profiler.Profile = {
    ...{ startTime: 0, endTime: 100 },
    nodes: [
      node(1, '(root)', '', [2, 6, 7, 8, 9]),
      node(2, 'publish', 'file:///operators/a.js', [3, 5]),
      node(3, 'encode', 'file:///avro/b.js', [4]),
      node(4, 'writeString', ''),
      node(5, 'stringify', ''),
      node(6, '(idle)', ''),
      node(7, '(garbage collector)', ''),
      node(8, '(program)', ''),
      // Named as what every object has.
      node(9, 'toString', ''),
    ],
    samples: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    timeDeltas: [4, 20, 10, 15, 5, 1000, 30, 10, 6],
  };
  const areas = { pipeline: /operators/, avro: /avro/ };
  // Of 100 busy microseconds: 20 + 5 in the pipeline and what it calls, 10 + 15 in what it calls that is an area.
  assert.deepEqual(profileAreas(profile, areas), {
    other: 0.1,
    pipeline: 0.25,
    avro: 0.25,
    'garbage collection': 0.3,
    'no JavaScript': 0.1,
  });
  assert.deepEqual(profileAreas({ ...profile, samples: [], timeDeltas: [] }, areas), {});
});
