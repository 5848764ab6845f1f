import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eceRowsPlot } from '../../../src/report/ece-rows-plot.ts';

const full = {
  name: 'one <b>',
  pooled: {
    n: 160,
    ece: 0.1,
    eceInterval: { low: 0.05, high: 0.2 },
    eceFloor: { mean: 0.03, p95: 0.06 },
  },
  meanDomainEce: 0.15,
};
const empty = {
  name: 'two',
  pooled: { n: 0, ece: null, eceInterval: null, eceFloor: null },
  meanDomainEce: null,
};

describe('eceRowsPlot', () => {
  const plot = eceRowsPlot([full, empty], { left: 200, by: 'run' }).toString();

  it('draws what a row has, to one scale from 0', () => {
    assert.equal(plot.match(/class="point"/g)?.length, 1);
    assert.equal(plot.match(/class="diamond"/g)?.length, 1);
    // 0 stands at 200 and the highest end, 0.2, at 690: half of it lies in the middle.
    assert.match(plot, /cx="445"/);
    // The floor's 95th percentile, 0.06: 200 + 490 * 0.3 is 147 wide.
    assert.match(plot, /class="floor"\s+x="200"\s+width="147"/);
  });

  it('says n and interval in words, and escapes names', () => {
    assert.match(
      plot,
      /one &lt;b&gt;: ECE 0\.100, n 160, 95% 0\.050–0\.200, mean of domains 0\.150/,
    );
    assert.match(plot, />n 160<\/text>/);
    assert.match(plot, /aria-label="Expected calibration error by run: [^"]*two none"/);
  });
});
