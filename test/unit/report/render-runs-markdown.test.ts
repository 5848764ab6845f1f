import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderRunsMarkdown } from '../../../src/report/render-runs-markdown.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';

/** Cells of a table row, escaped bars left alone. */
const columns = (line: string): number => line.split(/(?<!\\)\|/).length;

describe('renderRunsMarkdown', () => {
  it('is made of whole tables, whatever the names hold', () => {
    const bad = 'a|b\n| x | <img src=x> `c` [d](e)';
    const text = renderRunsMarkdown([
      syntheticRunReport('a', 1, { title: bad, topology: bad }),
      syntheticRunReport('b', 2),
    ]);
    const blocks = text.split('\n\n').filter((block) => block.startsWith('|'));
    assert.equal(blocks.length, 4);
    for (const block of blocks) {
      const lines = block.trimEnd().split('\n');
      assert.ok(lines.length > 2);
      assert.equal(new Set(lines.map(columns)).size, 1, block);
    }
    assert.doesNotMatch(text, /(?<!\\)[<>`]/);
    assert.ok(text.includes('a\\|b\u{fffd}\\| x'));
  });

  it('gives one run with its provenance', () => {
    const text = renderRunsMarkdown([syntheticRunReport('a', 1)]);
    assert.match(text, /^# four-domains\.jsonl$/m);
    assert.match(text, /^\| Run fingerprint \| a83e02bd5517fc90 \|$/m);
    assert.doesNotMatch(text, /What differs/);
  });
});
