import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { readRegistered } from '../../src/adapters/avro/registered-schema.ts';
import { openSchemaRegistry } from '../../src/adapters/registry/open-schema-registry.ts';
import type { SchemaRegistry } from '../../src/ports/schema-registry.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { RECORD_NAMES } from '../support/record-arbitraries.ts';

/** A server that speaks a registry's API. */
export interface RegistryServer {
  readonly url: string;
  stop(): Promise<void>;
}

const field = (name: string, more: object = {}): object => ({ name, type: 'int', ...more });
const schema = (...fields: object[]): string =>
  JSON.stringify({ type: 'record', name: 'R', namespace: 'contract', doc: 'A record.', fields });

const FIRST = schema(field('a'));
/** Reads what `FIRST` wrote. */
const SECOND = schema(field('a'), field('b', { default: 7 }));
/** Does not. */
const BROKEN = schema(field('a'), field('c'));

/** What a registry has to do; one suite for the one of the tests and for real ones. */
export function registryContract(
  what: string,
  skip: string | false,
  start: () => Promise<RegistryServer>,
): void {
  describe(`${what} as a schema registry`, { skip }, () => {
    let server: RegistryServer;
    let registry: SchemaRegistry;
    let count = 0;
    /** One that holds schemas to BACKWARD, as Confluent's does unless told otherwise. */
    const subject = async (): Promise<string> => {
      const name = `contract-${(count += 1)}-${process.pid}/value`;
      await registry.register(name, FIRST);
      const response = await fetch(`${server.url}/config/${encodeURIComponent(name)}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: '{"compatibility":"BACKWARD"}',
      });
      assert.equal(response.status, 200);
      return name;
    };

    before(async () => {
      server = await start();
      registry = openSchemaRegistry({
        url: server.url,
        timeoutMs: 30_000,
        random: seededRandom(1),
      });
    });
    after(() => server.stop());

    it('gives a schema an id, the same one as often as it is registered, under any subject', async () => {
      const [one, other] = [await subject(), await subject()];
      const id = await registry.register(one, FIRST);
      assert.equal(await registry.register(one, FIRST), id);
      assert.equal(await registry.register(other, FIRST), id);
      assert.equal(await registry.idOf(one, FIRST), id);
      assert.notEqual(await registry.register(one, SECOND), id);
      assert.equal(await registry.idOf(one, FIRST), id);
    });

    it('gives back what was registered, descriptions included', async () => {
      const id = await registry.register(await subject(), SECOND);
      const found = await registry.schemaOf(id);
      assert.deepEqual(
        { ...found, text: JSON.parse(found?.text ?? '') as unknown },
        { type: 'AVRO', references: 0, text: JSON.parse(SECOND) as unknown },
      );
    });

    it('knows no id, subject or schema that was not registered, and says so', async () => {
      assert.equal(await registry.schemaOf(2_000_000_000), undefined);
      assert.equal(await registry.newest('contract-none-value'), undefined);
      assert.equal(await registry.idOf('contract-none-value', FIRST), undefined);
      assert.equal(await registry.idOf(await subject(), SECOND), undefined);
      assert.deepEqual(await registry.objections('contract-none-value', FIRST), []);
    });

    it('has versions, and refuses what cannot read the newest', async () => {
      const name = await subject();
      assert.deepEqual(await registry.objections(name, SECOND), []);
      const id = await registry.register(name, SECOND);
      const newest = await registry.newest(name);
      assert.deepEqual([newest?.id, newest?.version], [id, 2]);
      assert.equal((await registry.objections(name, BROKEN)).length, 1);
      const refused = await expectFailure(registry.register(name, BROKEN), 'REGISTRY_FAILED');
      assert.match(refused.message, /answered 409/);
      assert.equal(refused.retryable, false);
      assert.match(refused.hint ?? '', /--connect/);
      assert.equal((await registry.newest(name))?.version, 2);
    });

    it('refuses what is no schema, without a second try', async () => {
      const refused = await expectFailure(
        registry.register(`contract-nonsense-${process.pid}`, '{"type":"nonsense"}'),
        'REGISTRY_FAILED',
      );
      assert.match(refused.message, /answered 4\d\d/);
      assert.equal(refused.retryable, false);
    });

    it('takes every record of the project, and gives it back so that it can be read', async () => {
      const codecs = openRecordCodecs();
      for (const name of RECORD_NAMES) {
        const { schemaText, objectionTo } = codecs[name];
        const id = await registry.register(`contract-${name}-${process.pid}`, schemaText);
        const found = await registry.schemaOf(id);
        const read = readRegistered(found ?? assert.fail());
        assert.ok(read.ok, name);
        assert.equal(objectionTo(read.schema), undefined, name);
        assert.equal(await registry.idOf(`contract-${name}-${process.pid}`, schemaText), id);
      }
    });
  });
}
