import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { canonicalTopology } from '../../../src/topology/canonical-topology.ts';
import { readTopology } from '../../../src/topology/parse-topology.ts';

const SHORTEST = 'version: 1\nname: qa\n';
const DEFAULT = readFileSync('topologies/qa.yaml', 'utf8');

describe('canonicalTopology', () => {
  it('does not depend on order, comments or defaults that are spelt out', () => {
    const canonical = canonicalTopology(readTopology(DEFAULT, 'qa.yaml'));
    assert.equal(canonicalTopology(readTopology('name: qa # c\nversion: 1', 't')), canonical);
    assert.notEqual(canonicalTopology(readTopology(`${SHORTEST}seed: 2`, 't')), canonical);
    // A run goes on whatever is told of it.
    const told = `${SHORTEST}telemetry: { captureContent: true, traces: { ratio: 0 } }`;
    assert.equal(canonicalTopology(readTopology(told, 't')), canonical);
    const { telemetry: _, ...lasting } = readTopology(DEFAULT, 'qa.yaml');
    assert.deepEqual(JSON.parse(canonical), lasting);
    assert.ok(
      canonical.startsWith('{"adapter":{"scope":"position"},"answer":{"maxTokens":{"choice":8,'),
    );
  });
});
