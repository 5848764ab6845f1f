import { describe, it } from 'node:test';
import { normalQuantile } from '../../../src/drift/normal-quantile.ts';
import { assertClose } from '../../support/assert-close.ts';
import { readDriftGolden } from '../../support/drift-golden.ts';

describe('normalQuantile', () => {
  for (const [p, expected] of readDriftGolden().quantiles)
    it(`equals scipy at ${p}`, () => {
      // The approximation's stated relative error, 1.15e-9, of values below 5.
      assertClose(normalQuantile(p), expected, 6e-9);
    });
});
