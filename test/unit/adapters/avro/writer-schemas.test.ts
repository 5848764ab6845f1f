import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { frameConfluent } from '../../../../src/adapters/avro/confluent-frame.ts';
import { createWriterSchemas } from '../../../../src/adapters/avro/writer-schemas.ts';
import { SeclError } from '../../../../src/errors/secl-error.ts';
import type { RegisteredSchema } from '../../../../src/ports/schema-registry.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const AVRO: RegisteredSchema = { type: 'AVRO', text: '"string"', references: 0 };
const value = (id: number): Uint8Array => frameConfluent(id, Uint8Array.of(1));

/** A registry whose answers are scripted, and what was asked of it. */
function scripted(answer: (id: number, asked: number) => RegisteredSchema | undefined) {
  const asked: number[] = [];
  const clock = manualClock();
  const writers = createWriterSchemas({
    registry: {
      schemaOf: async (id) => {
        asked.push(id);
        await Promise.resolve();
        return answer(id, asked.length);
      },
    },
    clock,
    recheckMs: 0,
  });
  return { writers, asked, clock };
}

describe('createWriterSchemas', () => {
  it('asks once for an id, however many wait for it, and never again', async () => {
    const { writers, asked } = scripted(() => AVRO);
    await Promise.all([
      writers.learn([value(1), value(1), value(2)]),
      writers.learn([value(1)]),
      writers.learn([value(2), null]),
    ]);
    assert.deepEqual(asked.sort(), [1, 2]);
    assert.equal(writers.learn([value(1), value(2)]), undefined);
    assert.equal(writers.find(1).ok, true);
  });

  it('has nothing to ask of values in another frame, or in none', () => {
    const { writers, asked } = scripted(() => AVRO);
    const others = [null, new Uint8Array(), Uint8Array.of(0, 0, 0, 1), Uint8Array.of(0xc3, 1, 2)];
    assert.equal(writers.learn(others), undefined);
    assert.deepEqual(asked, []);
  });

  it('asks again before it says that an id is not known, since registries of several nodes learn late', async () => {
    const late = scripted((_id, count) => (count === 1 ? undefined : AVRO));
    await late.writers.learn([value(3)]);
    assert.equal(late.writers.find(3).ok, true);
    assert.deepEqual(late.asked, [3, 3]);
  });

  it('remembers for a minute that an id is not known', async () => {
    let known = false;
    const { writers, asked, clock } = scripted(() => (known ? AVRO : undefined));
    await writers.learn([value(3)]);
    const unknown = { ok: false, reason: 'the registry does not know' };
    assert.deepEqual(writers.find(3), unknown);
    clock.move(59_999);
    known = true;
    assert.equal(writers.learn([value(3)]), undefined);
    assert.deepEqual(writers.find(3), unknown);
    clock.move(1);
    await writers.learn([value(3)]);
    assert.equal(writers.find(3).ok, true);
    assert.equal(asked.length, 3);
  });

  it('remembers a thousand of them, and the newest', async () => {
    const { writers, asked } = scripted(() => undefined);
    for (let id = 1; id <= 1001; id++) await writers.learn([value(id)]);
    assert.equal(writers.learn([value(1001), value(2)]), undefined);
    assert.notEqual(writers.learn([value(1)]), undefined);
    assert.equal(asked.length, 2003);
  });

  it('remembers no failure', async () => {
    let away = true;
    const { writers } = scripted(() => {
      if (away) throw new SeclError('REGISTRY_FAILED', 'away', { retryable: true });
      return AVRO;
    });
    const failed = await expectFailure(writers.learn([value(1), value(2)])!, 'REGISTRY_FAILED');
    assert.equal(failed.retryable, true);
    away = false;
    await writers.learn([value(1), value(2)]);
    assert.equal(writers.find(2).ok, true);
  });
});
