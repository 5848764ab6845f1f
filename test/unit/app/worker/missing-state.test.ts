import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingState } from '../../../../src/app/worker/missing-state.ts';
import { fakeLease } from '../../../support/operator-fixture.ts';

const state = new Map([['answers/tally', Uint8Array.of(1)]]);
const committed = (offset: bigint | undefined) => ({
  committedOffset: () => Promise.resolve(offset),
});

describe('missingState', () => {
  it('says of a group that has committed and has no state that it begins anew', async () => {
    const lease = { ...fakeLease(), startOffset: 500n };
    assert.match(
      (await missingState(lease, committed(500n), 'g')) ?? '',
      /^g goes on at offset 500 of questions\/2 without its state, .*: questions that come again/,
    );
  });

  it('has nothing to say of a new group, nor of one with state', async () => {
    assert.equal(await missingState(fakeLease(), committed(undefined), 'g'), null);
    assert.equal(await missingState(fakeLease({ state }), committed(500n), 'g'), null);
  });
});
