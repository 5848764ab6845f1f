import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMeasured } from '../../../src/training/check-measured.ts';
import { expectFailure } from '../../support/expect-failure.ts';
import { adapterRecord } from '../../support/learning-fixture.ts';

test('passes finite measures and absent ones, and no others', async () => {
  const record = adapterRecord(1, { heldOutError: null });
  assert.equal(checkMeasured(record), record);
  for (const pair of [
    { before: NaN, after: 1 },
    { before: 1, after: Infinity },
  ])
    for (const name of ['loss', 'heldOutError', 'meanConfidence']) {
      const work = Promise.resolve().then(() => checkMeasured({ ...record, [name]: pair }));
      const { message } = await expectFailure(work, 'TRAINING_FAILED');
      assert.match(message, new RegExp(name));
    }
});
