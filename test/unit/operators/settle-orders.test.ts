import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { from, lastValueFrom, tap } from 'rxjs';
import { SeclError } from '../../../src/errors/secl-error.ts';
import type { AdapterDecision } from '../../../src/events/adapter-decision.ts';
import { settleAdapters, type SettleOptions } from '../../../src/operators/settle-adapters.ts';
import { adapterRecord } from '../../support/learning-fixture.ts';
import { plannedBatch } from '../../support/operator-fixture.ts';
import {
  ACTIVE,
  awaiting,
  cellOf,
  optionsOf,
  orderBack,
  settle,
} from '../../support/settle-fixture.ts';

describe('settling adapters by order', () => {
  it('obeys what was decided by hand before the batch, once', async () => {
    const cell = cellOf({ active: { version: 3, sha256: '3', optimizerSha256: null }, ordinal: 3 });
    const { options, placed } = optionsOf();
    const order = orderBack(3, 2);
    const asked: number[] = [];
    const decisionsFrom: SettleOptions['decisionsFrom'] = async (offset) => {
      asked.push(offset);
      return { decisions: offset === 0 ? [order] : [], next: 1 };
    };
    const batches = await settle(cell, { ...options, decisionsFrom }, [() => undefined]);
    assert.deepEqual(
      batches.map(({ adapterVersion }) => adapterVersion),
      [2, 2],
    );
    assert.deepEqual([placed, asked], [[2], [0, 1]]);
    assert.equal(cell.state.learning.decisionsRead, 1);
  });

  it('refuses to put a version in place by hand that was made for another scope, and goes on', async () => {
    const cell = cellOf({ active: ACTIVE, ordinal: 1 });
    const { options, placed } = optionsOf();
    const order = orderBack(1, 2);
    const [batch] = await settle(cell, {
      ...options,
      recordOf: async (version) =>
        adapterRecord(version, version === 2 ? { scope: 'conversation' } : {}),
      decisionsFrom: async () => ({ decisions: [order], next: 1 }),
    });
    assert.deepEqual(
      batch?.settled.map(({ record, decision: { version, code } }) => [record, version, code]),
      [[null, 2, 'WRONG_SCOPE']],
    );
    assert.match(
      batch.settled[0]?.decision.reason ?? '',
      /acts on the conversation.*position.*adapter\.scope/,
    );
    const { learning } = cell.state;
    assert.deepEqual([batch.adapterVersion, placed], [1, [1]]);
    assert.deepEqual([learning.ordinal, learning.decisionsRead], [2, 1]);
  });

  it('holds a version that is put in place by hand to the budget of drift, and goes on', async () => {
    const cell = cellOf({ active: ACTIVE, ordinal: 1 });
    const { options, placed } = optionsOf();
    // The norm of what version 2 adds is 11 · 10, and the budget 100.
    const load: SettleOptions['load'] = async ({ version }) => ({
      ...{ version, rank: 1, scaling: 1 },
      sites: [
        {
          ...{ layer: 0, projection: 'q' },
          a: Float32Array.of(11),
          b: Float32Array.of(version === 2 ? 10 : 1),
        },
      ],
    });
    const [batch] = await settle(cell, {
      ...options,
      load,
      decisionsFrom: async () => ({ decisions: [orderBack(1, 2)], next: 1 }),
    });
    assert.deepEqual(
      batch?.settled.map(({ record, decision: { version, code, activeVersion } }) => [
        ...[record, version, code, activeVersion],
      ]),
      [[null, 2, 'DRIFTED', 1]],
    );
    assert.match(batch.settled[0]?.decision.reason ?? '', /by 110\.0 .*more than 100.*maxDrift/);
    const { learning } = cell.state;
    assert.deepEqual([batch.adapterVersion, placed], [1, [1]]);
    assert.deepEqual([learning.ordinal, learning.decisionsRead], [2, 1]);
  });

  it('refuses to put a version in place that is not there, and goes on', async () => {
    const cell = cellOf({ active: ACTIVE, ordinal: 1 });
    const { options, placed } = optionsOf();
    const [batch] = await settle(cell, {
      ...options,
      recordOf: async (version) => {
        if (version === 1) return adapterRecord(1);
        throw new SeclError('STATE_MISMATCH', `the adapter line/${version} is not on qa.adapters`);
      },
      decisionsFrom: async () => ({ decisions: [orderBack(7, 9)], next: 1 }),
    });
    assert.deepEqual(
      batch?.settled.map(({ record, decision: { version, code, reason } }) => [
        record,
        version,
        code,
        reason,
      ]),
      [[null, 9, 'MISSING', 'the adapter line/9 is not on qa.adapters']],
    );
    const { learning } = cell.state;
    assert.deepEqual([batch.adapterVersion, placed], [1, [1]]);
    // A number that somebody made up is not taken.
    assert.deepEqual([learning.ordinal, learning.decisionsRead], [1, 1]);
  });

  it('refuses to put a version in place whose weights are not here, and goes on', async () => {
    const cell = cellOf({ active: ACTIVE, ordinal: 1 });
    const { options, placed } = optionsOf();
    const [batch] = await settle(cell, {
      ...options,
      load: async ({ version }) => {
        if (version === 2)
          throw new SeclError('ADAPTER_REFUSED', 'MISSING: its bytes are not kept');
        return { version, rank: 1, scaling: 1, sites: [] };
      },
      decisionsFrom: async () => ({ decisions: [orderBack(2, 2)], next: 1 }),
    });
    assert.deepEqual(
      batch?.settled.map(({ decision: { version, code, reason } }) => [version, code, reason]),
      [[2, 'ADAPTER_REFUSED', 'MISSING: its bytes are not kept']],
    );
    const { learning } = cell.state;
    assert.deepEqual([batch.adapterVersion, placed], [1, [1]]);
    assert.deepEqual([learning.ordinal, learning.decisionsRead], [2, 1]);
  });

  it('waits for its own decisions to be read back before it obeys others, and puts the newest of all in place', async () => {
    const cell = cellOf(awaiting(2));
    const { options, placed } = optionsOf({ 'batch 2': { record: adapterRecord(2) } });
    const adopt = (over: Partial<AdapterDecision>): AdapterDecision => ({
      ...orderBack(3, 3),
      ...over,
      code: 'ADOPTED',
    });
    let own: AdapterDecision | undefined;
    let isDurable = false;
    const stage = settleAdapters(cell, {
      ...options,
      decisionsFrom: async (offset) => {
        if (own === undefined || offset > 0) return { decisions: [], next: offset };
        const { version, decidedAtMs, reason } = own;
        const mine = adopt({ version, activeVersion: version, decidedAtMs, reason });
        return { decisions: [adopt({}), ...(isDurable ? [mine] : [])], next: isDurable ? 2 : 1 };
      },
    });
    const versions: number[] = [];
    await lastValueFrom(
      from([plannedBatch([0]), plannedBatch([1]), plannedBatch([2])]).pipe(
        stage,
        tap(({ settled, adapterVersion }) => {
          versions.push(adapterVersion);
          isDurable = own !== undefined;
          own ??= settled[0]?.decision;
        }),
      ),
    );
    // Others put 3 in place before 2 was decided about here: that is the newest.
    assert.deepEqual([versions, placed], [[2, 2, 2], [2]]);
    const { ordinal, decisionsRead, awaiting: next } = cell.state.learning;
    assert.deepEqual([ordinal, decisionsRead, next], [3, 2, null]);
  });

  it('obeys the newest order that can be obeyed', async () => {
    const cell = cellOf({ active: ACTIVE, ordinal: 1 });
    const { options, placed } = optionsOf();
    const orders = [orderBack(2, 2), orderBack(3, 3), orderBack(9, 9)];
    const [batch] = await settle(cell, {
      ...options,
      recordOf: async (version) => {
        if (version < 9) return adapterRecord(version);
        throw new SeclError('STATE_MISMATCH', 'it is not there');
      },
      decisionsFrom: async () => ({ decisions: orders, next: 3 }),
    });
    assert.deepEqual([batch?.adapterVersion, placed], [3, [3]]);
    assert.deepEqual(
      batch?.settled.map(({ decision: { version, code, activeVersion } }) => [
        ...[version, code, activeVersion],
      ]),
      [[9, 'MISSING', 3]],
    );
    assert.equal(cell.state.learning.previous?.version, 1);
  });
});
