import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_TOPOLOGY_CHARS, parseTopology } from '../../../src/topology/parse-topology.ts';
import { cpuMs } from '../../support/cpu-ms.ts';

const SHORTEST = 'version: 1\nname: qa\n';

describe('parseTopology', () => {
  const hostile: [string, string][] = [
    ['a long file', `${SHORTEST}#${'x'.repeat(MAX_TOPOLOGY_CHARS)}`],
    ['brackets', '['.repeat(30_000)],
    ['braces', '{a: '.repeat(8000)],
    ['dashes', '- '.repeat(16_000)],
    ['question marks', '? '.repeat(16_000)],
    ['anchors', '&a '.repeat(10_000)],
    ['tags', '!!x '.repeat(8000)],
    ['keys', 'a: 1\n'.repeat(6500)],
    ['empty keys', 'a:\n'.repeat(10_000)],
    ['levels', Array.from({ length: 250 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['an open quote', `"${'\\'.repeat(30_000)}`],
    ['documents', '---\n'.repeat(8000)],
    [
      'a bomb of aliases',
      `a: &a [x]\n${'bcdefghi'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
    ],
  ];
  for (const [what, text] of hostile) {
    it(`is not slowed down by ${what}`, () => {
      const spentMs = cpuMs(() => {
        assert.equal(parseTopology(text).ok, false);
      });
      // At most a tenth of this on an idle core; a cost that grows with the square would take minutes.
      assert.ok(spentMs < 5000, `${spentMs} ms`);
    });
  }
});
