import { crossFit } from '../calibration/cross-fit.ts';
import { applyIsotonic, fitIsotonic } from '../calibration/isotonic-regression.ts';
import { fitTemperature, scaleByTemperature } from '../calibration/temperature-scaling.ts';
import type { StrategyOutcome } from '../report/summarize-strategies.ts';

/**
 * What a control with labels makes of verbalized confidence, by five-fold cross-fitting. Labels reach it alone; no
 * run is changed by it.
 */
export function supervisedOutcome(
  name: 'temperatureScaled' | 'isotonic',
  from: StrategyOutcome,
  seed: number,
): StrategyOutcome {
  const confidences = crossFit(
    from.rows,
    (data) => {
      if (name === 'isotonic') {
        const fit = fitIsotonic(data);
        return (confidence) => applyIsotonic(fit, confidence);
      }
      const inverse = fitTemperature(data);
      return (confidence) => scaleByTemperature(confidence, inverse);
    },
    { seed },
  );
  const rows = from.rows.map((row, i) => ({ ...row, confidence: confidences[i] ?? null }));
  return { ...from, name, rows };
}
