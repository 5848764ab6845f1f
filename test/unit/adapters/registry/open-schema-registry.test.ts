import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  openSchemaRegistry,
  type SchemaRegistryOptions,
} from '../../../../src/adapters/registry/open-schema-registry.ts';
import { seededRandom } from '../../../../src/random/seeded-random.ts';
import type { SchemaRegistry } from '../../../../src/ports/schema-registry.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { startLocalRegistry, type LocalRegistry } from '../../../support/local-registry.ts';

const SCHEMA = '"string"';

describe('openSchemaRegistry', () => {
  let server: LocalRegistry;
  const open = (more: Partial<SchemaRegistryOptions> = {}): SchemaRegistry =>
    openSchemaRegistry({
      url: server.url,
      timeoutMs: 5000,
      random: seededRandom(1),
      firstWaitMs: 1,
      ...more,
    });

  before(async () => {
    server = await startLocalRegistry();
  });
  after(() => server.stop());
  beforeEach(() => {
    server.misbehave(() => undefined);
    server.asked.length = 0;
  });

  it('waits and asks again while a server says "later"', async () => {
    for (const status of [408, 425, 429, 500, 502, 503, 504]) {
      server.asked.length = 0;
      server.misbehave(() => (server.asked.length < 3 ? status : undefined));
      assert.equal(await open().register('a-value', SCHEMA), 1);
      assert.equal(server.asked.length, 3);
    }
  });

  it('gives up after so many tries, and says that it may pass', async () => {
    server.misbehave(() => [503, '{"message":"being\\nrestarted"}']);
    const error = await expectFailure(open({ attempts: 3 }).schemaOf(1), 'REGISTRY_FAILED');
    assert.equal(server.asked.length, 3);
    assert.equal(error.retryable, true);
    assert.match(error.message, /answered 503: being restarted$/);
  });

  it('waits longer for the first answer, and says once for whom', async () => {
    const told: string[] = [];
    const late = open({ attempts: 1, connectMs: 30_000, onWaiting: (why) => told.push(why) });
    server.misbehave(() => (server.asked.length < 6 ? 503 : undefined));
    assert.equal(await late.register('a-value', SCHEMA), 1);
    assert.equal(server.asked.length, 6);
    assert.deepEqual(told, [
      `waiting for the schema registry at ${server.url}, which answered 503`,
    ]);
    // Once it was up, an outage is what it was before.
    server.misbehave(() => 503);
    await expectFailure(late.schemaOf(1), 'REGISTRY_FAILED');
    assert.equal(server.asked.length, 7);
    assert.equal(told.length, 1);
  });

  it('waits for the first answer no longer than it was told to, and not where the answer is no', async () => {
    await server.stop();
    const startedMs = performance.now();
    const error = await expectFailure(
      open({ attempts: 1, connectMs: 200 }).schemaOf(1),
      'REGISTRY_FAILED',
    );
    assert.ok(performance.now() - startedMs >= 200);
    assert.match(error.message, /cannot be reached \(ECONNREFUSED\)$/);
    await server.start();
    server.misbehave(() => 401);
    await expectFailure(open({ connectMs: 60_000 }).schemaOf(1), 'REGISTRY_FAILED');
    assert.equal(server.asked.length, 1);
  });

  it('does not ask again where the answer is no', async () => {
    for (const [status, hint] of [
      [401, /user and password/],
      [403, /user and password/],
      [409, /--connect/],
      [422, /address of its API/],
      [301, /address of its API/],
    ] as const) {
      server.asked.length = 0;
      server.misbehave(() => status);
      const error = await expectFailure(open().register('a-value', SCHEMA), 'REGISTRY_FAILED');
      assert.equal(server.asked.length, 1);
      assert.equal(error.retryable, false);
      assert.match(error.hint ?? '', hint);
    }
  });

  it('takes no page that is missing for a schema that is', async () => {
    for (const body of ['', '<h1>Not found</h1>', '{"error_code":404}', '[40403]']) {
      server.misbehave(() => [404, body]);
      const error = await expectFailure(open().schemaOf(1), 'REGISTRY_FAILED');
      assert.match(error.hint ?? '', /apis\/ccompat/);
    }
    server.misbehave(() => [404, '{"error_code":40403}']);
    assert.equal(await open().schemaOf(1), undefined);
  });

  it('takes no answer that makes no sense', async () => {
    for (const body of ['', '[]', '{}', '{"schema":1}', '{"id":-1}', '{"id":1.5}', '{"id":"1"}']) {
      server.misbehave(() => [200, body]);
      await expectFailure(open().schemaOf(1), 'REGISTRY_FAILED');
      await expectFailure(open().register('a-value', SCHEMA), 'REGISTRY_FAILED');
    }
    const large = JSON.stringify({ schema: 'x'.repeat(4 * 1024 * 1024) });
    server.misbehave(() => [200, large]);
    await expectFailure(open().schemaOf(1), 'REGISTRY_FAILED');
  });

  it('says who asks, and nothing of it in messages', async () => {
    const user = { name: 'somebody', password: 'pass:wörd' };
    await open({ user }).register('a-value', SCHEMA);
    const expected = Buffer.from('somebody:pass:wörd').toString('base64');
    assert.equal(server.authorization(), `Basic ${expected}`);
    server.misbehave(() => 401);
    const error = await expectFailure(open({ user }).schemaOf(1), 'REGISTRY_FAILED');
    const told = `${error.message} ${error.hint ?? ''} ${open({ user }).place}`;
    for (const secret of ['somebody', 'wörd', expected]) assert.ok(!told.includes(secret));
    server.misbehave(() => undefined);
    await open().register('a-value', SCHEMA);
    assert.equal(server.authorization(), undefined);
  });

  it('waits for an answer no longer than it was told', async () => {
    server.misbehave(() => 'hang');
    const error = await expectFailure(
      open({ timeoutMs: 20, attempts: 2 }).schemaOf(1),
      'REGISTRY_FAILED',
    );
    assert.match(error.message, /did not answer in time/);
    assert.equal(error.retryable, true);
    assert.equal(server.asked.length, 2);
  });

  it('says that nobody is there', async () => {
    await server.stop();
    try {
      const error = await expectFailure(open({ attempts: 2 }).schemaOf(1), 'REGISTRY_FAILED');
      assert.match(error.message, /cannot be reached \(ECONNREFUSED\)/);
      assert.equal(error.retryable, true);
    } finally {
      await server.start();
    }
  });

  it('puts subjects into addresses whole, whatever letters they have', async () => {
    await open({ url: `${server.url}/` }).register('a/b?c#d', SCHEMA);
    assert.deepEqual(server.asked, ['POST /subjects/a%2Fb%3Fc%23d/versions']);
  });
});
