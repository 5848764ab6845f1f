import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batchIdOf } from '../../../../src/app/worker/batch-id.ts';

describe('batchIdOf', () => {
  it('is the same for the same batch, and another for each other one', () => {
    const ids = ['a', 'b'].flatMap((lineage) =>
      [1, 2].flatMap((ordinal) =>
        [0, 1, 2].map((partition) => batchIdOf(lineage, ordinal, partition)),
      ),
    );
    assert.equal(new Set(ids).size, 12);
    assert.equal(batchIdOf('a', 1, 2), batchIdOf('a', 1, 2));
  });

  it('is what one partition has always had', () => {
    // printf 'line\n7' | sha256sum, its first 32 digits.
    assert.equal(batchIdOf('line', 7, 0), '3365ba4e55acd2af4094c00af29fd244');
  });
});
