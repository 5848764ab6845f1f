import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rememberLoads } from '../../../../src/app/worker/remember-loads.ts';
import type { LoraAdapter } from '../../../../src/ports/language-model.ts';
import { adapterRecord } from '../../../support/learning-fixture.ts';

describe('rememberLoads', () => {
  it('loads each adapter once, as long as it is among the newest', async () => {
    const loads: number[] = [];
    const load = rememberLoads(({ version }) => {
      loads.push(version);
      return Promise.resolve({ version, rank: 1, scaling: 1, sites: [] });
    });
    const first = await load(adapterRecord(1));
    assert.equal(await load(adapterRecord(1)), first);
    for (const version of [2, 3, 4, 1, 5]) await load(adapterRecord(version));
    assert.deepEqual(loads, [1, 2, 3, 4, 5]);
    // The one that was asked for longest ago has been given up.
    await load(adapterRecord(1));
    await load(adapterRecord(2));
    assert.deepEqual(loads, [1, 2, 3, 4, 5, 2]);
  });

  it('tries one again that could not be loaded', async () => {
    const results: (LoraAdapter | Error)[] = [
      new Error('not there yet'),
      { version: 1, rank: 1, scaling: 1, sites: [] },
    ];
    const load = rememberLoads(() => {
      const result = results.shift();
      return result instanceof Error
        ? Promise.reject(result)
        : Promise.resolve(result as LoraAdapter);
    });
    await assert.rejects(load(adapterRecord(1)), /not there yet/);
    assert.equal((await load(adapterRecord(1))).version, 1);
  });
});
