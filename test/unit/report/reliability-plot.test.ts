import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelConfidences } from '../../../src/calibration/labelled-confidences.ts';
import { reliabilityDiagram } from '../../../src/calibration/reliability-diagram.ts';
import { reliabilityPlot } from '../../../src/report/reliability-plot.ts';

describe('reliabilityPlot', () => {
  it('puts a bin where its confidence and accuracy are, with n and interval in words', () => {
    const data = labelConfidences([
      { confidence: 0.75, correct: true },
      { confidence: 0.75, correct: false },
    ]);
    const svg = reliabilityPlot(reliabilityDiagram(data), 'P(True)').toString();
    // x = 40 + .75 · 250, y = 260 - .5 · 250.
    assert.match(svg, /<circle class="point" cx="227.5" cy="135"/);
    assert.match(svg, /confidence 0\.750, accuracy 0\.500 \(95% 0\.095–0\.905\), n 2/);
    assert.match(svg, /aria-label="Reliability diagram of P\(True\)[^"]*0\.75 → 0\.50 \(n 2\)"/);
  });

  it('draws an empty diagram without a number that is none', () => {
    const svg = reliabilityPlot(reliabilityDiagram(labelConfidences([])), 'x').toString();
    assert.match(svg, /no answers/);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined|null/);
  });
});
