import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Profiler } from 'node:inspector';
import { profileShare } from '../../../bench/profile-share.ts';
import { profileNode as node } from '../../support/profile-node.ts';

it('counts what files do and have done, over what is busy', () => {
  const profile: Profiler.Profile = {
    ...{ startTime: 0, endTime: 100 },
    nodes: [
      node(1, '(root)', '', [2, 3, 5, 6]),
      node(2, 'work', 'file:///a.js'),
      node(3, 'trace', 'file:///telemetry.js', [4]),
      node(4, 'stringify', ''),
      node(5, '(idle)', ''),
      node(6, '(garbage collector)', ''),
    ],
    samples: [2, 3, 4, 5, 6],
    timeDeltas: [60, 10, 10, 1000, 500],
  };
  // 20 of 80 microseconds; the native function counts for who called it.
  assert.equal(
    profileShare(profile, (url) => url.includes('telemetry')),
    0.25,
  );
  assert.equal(
    profileShare({ ...profile, samples: [], timeDeltas: [] }, () => true),
    0,
  );
});
