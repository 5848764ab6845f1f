import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { shareModel } from '../../../../src/app/worker/share-model.ts';
import { scriptedScope } from '../../../support/scripted-scope.ts';
import type { LoraAdapter, ModelScope } from '../../../../src/ports/language-model.ts';

const adapter = (version: number): LoraAdapter => ({ version, rank: 1, scaling: 1, sites: [] });

/** A model that notes what is done to it. */
function noted(failing = false): { view: ReturnType<typeof shareModel>; events: string[] } {
  const events: string[] = [];
  const view = shareModel({
    setAdapter: (present, previous) => {
      events.push(`set ${present?.version ?? 0} ${previous?.version ?? 0}`);
      return failing ? Promise.reject(new Error('refused')) : Promise.resolve();
    },
    openScope: () => {
      events.push('open');
      const scope: ModelScope = {
        ...scriptedScope(),
        close: () => {
          events.push('close');
          return Promise.resolve();
        },
      };
      return Promise.resolve(scope);
    },
  });
  return { view, events };
}

describe('shareModel', () => {
  it('puts the adapter of a partition in place before its scope', async () => {
    const { view, events } = noted();
    const [one, two] = [view(), view()];
    await one.setAdapter(adapter(1));
    await (await one.openScope()).close();
    await two.setAdapter(adapter(2), adapter(1));
    await (await two.openScope()).close();
    await (await two.openScope()).close();
    await (await one.openScope()).close();
    assert.deepEqual(events, [
      'set 1 0',
      'open',
      'close',
      'set 2 1',
      'open',
      'close',
      'open',
      'close',
      'set 1 0',
      'open',
      'close',
    ]);
  });

  it('does not put in place again what is there: the same adapter, for whichever partition', async () => {
    const { view, events } = noted();
    const same = adapter(3);
    for (const partition of [view(), view()]) await partition.setAdapter(same);
    assert.deepEqual(events, ['set 3 0']);
  });

  it('lets nobody change the adapter while a scope is open', async () => {
    const { view, events } = noted();
    const [one, two] = [view(), view()];
    const scope = await one.openScope();
    const setting = two.setAdapter(adapter(1));
    const opening = two.openScope();
    await nextTurn();
    assert.deepEqual(events, ['open']);
    await scope.close();
    await setting;
    await (await opening).close();
    assert.deepEqual(events, ['open', 'close', 'set 1 0', 'open', 'close']);
  });

  it('gives the turn on after a refusal, and keeps what was in place', async () => {
    const { view, events } = noted(true);
    const one = view();
    await assert.rejects(one.setAdapter(adapter(1)), /refused/);
    await (await one.openScope()).close();
    assert.deepEqual(events, ['set 1 0', 'open', 'close']);
  });
});
