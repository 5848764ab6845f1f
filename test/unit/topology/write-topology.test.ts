import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { listSettings } from '../../../src/topology/list-settings.ts';
import { MAX_TOPOLOGY_CHARS, readTopology } from '../../../src/topology/parse-topology.ts';
import { writeTopology } from '../../../src/topology/write-topology.ts';

const text = writeTopology({ name: 'mine', schema: '../topology.schema.json' });

describe('writeTopology', () => {
  it('gives a topology of defaults under the name that is wanted', () => {
    assert.deepEqual(
      readTopology(text, 'mine.yaml'),
      readTopology('version: 1\nname: mine\n', 'shortest.yaml'),
    );
    assert.ok(text.length < MAX_TOPOLOGY_CHARS);
  });

  it('has every key, with a comment above it, and names the schema for editors', () => {
    const written = new Set(listSettings(parse(text) as object).map(({ path }) => path));
    const missing = listSettings(readTopology(text, 'mine.yaml'))
      .map(({ path }) => path)
      .filter((path) => !written.has(path));
    // Lists that mean "all that the other settings allow" where they are absent.
    assert.deepEqual(missing, ['scoring.scores', 'training.target.signals']);
    for (const path of missing) assert.match(text, new RegExp(`# ${path.split('.').at(-1)}: \\[`));
    const lines = text.split('\n');
    assert.equal(lines[0], '# yaml-language-server: $schema=../topology.schema.json');
    for (const [i, line] of lines.entries())
      if (/^ *[a-zA-Z0-9]+:/.test(line)) assert.match(lines[i - 1] ?? '', /^ *# /, line);
    assert.ok(lines.every((line) => line.length <= 110));
  });
});
