import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { canonicalMethod, canonicalTopology } from '../../../src/topology/canonical-topology.ts';
import { readTopology } from '../../../src/topology/parse-topology.ts';

const HEAD = 'version: 1\nname: qa\n';
const QA = readFileSync('topologies/qa.yaml', 'utf8');

describe('canonicalTopology', () => {
  it('does not depend on order, comments or defaults that are spelt out', () => {
    const canonical = canonicalTopology(readTopology(QA, 'qa.yaml'));
    assert.equal(canonicalTopology(readTopology('name: qa # c\nversion: 1', 't')), canonical);
    assert.notEqual(canonicalTopology(readTopology(`${HEAD}seed: 2`, 't')), canonical);
    // A run goes on whatever is told of it.
    const told = `${HEAD}telemetry: { captureContent: true, traces: { ratio: 0 } }`;
    assert.equal(canonicalTopology(readTopology(told, 't')), canonical);
    const { telemetry: _, ...lasting } = readTopology(QA, 'qa.yaml');
    assert.deepEqual(JSON.parse(canonical), lasting);
    assert.ok(canonical.startsWith('{"adapter":{"scope":"position"},"alerts":{'));
    assert.ok(canonical.includes('"answer":{"maxTokens":{"choice":8,'));
  });
});

describe('canonicalMethod', () => {
  it('does not change with where topics are, who trains, and what is told', () => {
    const method = (text: string): string => canonicalMethod(readTopology(HEAD + text, 't'));
    assert.equal(method('broker: { kind: kafka, group: other }'), method(''));
    assert.equal(method('training: { trainer: service }'), method(''));
    assert.equal(method('verdict: { limit: 0.3 }\nalerts: { when: never }'), method(''));
    assert.notEqual(method('training: { steps: 3 }'), method(''));
  });
});
