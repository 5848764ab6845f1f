import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { parseTopology } from '../../../src/topology/parse-topology.ts';

/** Faults as `line:column message`. */
function placesOf(text: string): string[] {
  const parsed = parseTopology(text);
  return parsed.ok
    ? []
    : parsed.faults.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

it('says of a text that is no topology just that, in one line', () => {
  for (const [text, place] of [
    [readFileSync('README.md', 'utf8'), '3:1'],
    [readFileSync('package.json', 'utf8').replace('{', 'module.exports = {'), '1:1'],
    ['---\n# a comment\n\n  Dear reader: [see\n* here', '4:3'],
  ] as const) {
    const faults = placesOf(text);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.ok(faults[0]!.startsWith(`${place} is no topology`), faults[0]);
  }
  for (const slip of [
    'version: 1\nname: [',
    '"version": 1\nname: [',
    '{ version: 1, name',
    'name:\n- [',
  ])
    assert.doesNotMatch(placesOf(slip).join(), /is no topology/, slip);
});
