import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderRunsCsv } from '../../../src/report/render-runs-csv.ts';
import { syntheticRunReport } from '../../support/synthetic-run.ts';

describe('renderRunsCsv', () => {
  it('has a line for each run, set of answers and confidence, numbers in full', () => {
    const run = syntheticRunReport('a', 1);
    const [head = '', ...lines] = renderRunsCsv([run, syntheticRunReport('b', 2)])
      .trimEnd()
      .split('\r\n');
    // Two runs; all and four domains; six scores and the published one.
    assert.equal(lines.length, 2 * 5 * 7);
    const names = head.split(',');
    const record = Object.fromEntries((lines[6] ?? '').split(',').map((v, i) => [names[i], v]));
    assert.equal(record['confidence'], 'published');
    const { ece, eceInterval, brier } = run.summary.pooled.published;
    assert.equal(Number(record['ece']), ece);
    assert.equal(Number(record['ece_low']), eceInterval?.low);
    assert.equal(Number(record['brier']), brier);
  });

  it('quotes what must be quoted, and makes no formula of a text', () => {
    const line = (title: string): string =>
      renderRunsCsv([syntheticRunReport('f', 1, { title })]).split('\r\n')[1] ?? '';
    assert.match(line('a "b", c'), /^"a ""b"", c",f,all/);
    assert.match(line('=HYPERLINK("x")'), /^"'=HYPERLINK\(""x""\)",f/);
    for (const sign of ['+1', '-1', '@x', ' =1', '\u3000@x', '＝1', '＋1', '－1', '＠x'])
      assert.ok(line(sign).startsWith(`'${sign},f`), sign);
    for (const sign of ['\t=1', '\n=1', '\nx']) {
      const text = renderRunsCsv([syntheticRunReport('f', 1, { title: sign })]);
      assert.ok(text.split('\r\n')[1]?.replace('"', '').startsWith(`'${sign}`), sign);
    }
  });
});
