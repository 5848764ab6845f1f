import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkOffset } from '../../../../src/app/worker/check-offset.ts';
import { isRetryable } from '../../../../src/errors/secl-error.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { fakeLease } from '../../../support/operator-fixture.ts';

const kept = { bounds: () => Promise.resolve({ earliest: 10n, end: 20n }) };
const at = (startOffset: bigint): ReturnType<typeof fakeLease> => ({ ...fakeLease(), startOffset });

describe('checkOffset', () => {
  it('lets a group go on with what is kept, or wait at the end', async () => {
    for (const offset of [10n, 15n, 20n]) await checkOffset(at(offset), kept, 'g');
  });

  it('fails below what is kept and beyond the end, and says what to do', async () => {
    for (const [offset, why] of [
      [9n, /offset 9 of questions\/2.*no longer kept; the earliest is 10/],
      [21n, /offset 21 of questions\/2.*beyond its end, 20/],
    ] as const) {
      const error = await expectFailure(checkOffset(at(offset), kept, 'g'), 'OFFSET_OUT_OF_RANGE');
      assert.match(error.message, why);
      assert.match(error.hint ?? '', /--reset-to earliest or --reset-to latest/);
      assert.equal(isRetryable(error), false);
    }
  });

  it('moves the group where it is told, and asks for a new lease', async () => {
    for (const [resetTo, offset] of [
      ['earliest', 10n],
      ['latest', 20n],
    ] as const) {
      const lease = at(3n);
      const error = await expectFailure(
        checkOffset(lease, kept, 'g', resetTo),
        'OFFSET_OUT_OF_RANGE',
      );
      assert.ok(isRetryable(error));
      assert.deepEqual(
        lease.commits.map(({ nextOffset }) => nextOffset),
        [offset],
      );
    }
  });
});
