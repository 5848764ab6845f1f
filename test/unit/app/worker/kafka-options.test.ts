import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { kafkaOptions } from '../../../../src/app/worker/kafka-options.ts';
import { readTopology } from '../../../../src/topology/parse-topology.ts';
import type { TopologyBroker } from '../../../../src/topology/broker-topology.ts';
import { expectFailure } from '../../../support/expect-failure.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const broker = (text: string): TopologyBroker =>
  readTopology(`version: 1\nname: t\nbroker: { kind: kafka, ${text} }`, 't', {}).broker;

describe('kafkaOptions', () => {
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => {
    const at = path.join(folder, name);
    writeFileSync(at, text);
    return at;
  };

  it('needs nothing where nothing is asked for', async () => {
    const { brokers, clientId, sasl, tls } = await kafkaOptions(broker('brokers: "a:1,b:2"'), {});
    assert.deepEqual(
      { brokers, clientId, sasl, tls },
      { brokers: ['a:1', 'b:2'], clientId: 'secl', sasl: undefined, tls: undefined },
    );
  });

  it('hands on copies and times, and leaves open what the topology does', async () => {
    const times = (text: string) =>
      kafkaOptions(broker(text), {}).then(
        ({ brokers: _, clientId: __, clock: ___, ...rest }) => rest,
      );
    assert.deepEqual(await times('brokers: "a:1"'), {
      sessionTimeoutMs: 30_000,
      transactionTimeoutMs: 30_000,
      progressTimeoutMs: 1_800_000,
    });
    assert.deepEqual(
      await times(
        'replicationFactor: 3, sessionTimeoutMs: 9000, heartbeatMs: 2000, transactionTimeoutMs: 20000, progressTimeoutMs: 60000',
      ),
      {
        replicationFactor: 3,
        sessionTimeoutMs: 9000,
        heartbeatMs: 2000,
        transactionTimeoutMs: 20_000,
        progressTimeoutMs: 60_000,
      },
    );
  });

  it('takes name and password out of files and variables, line ends aside', async () => {
    const password = file('password', ' pass word \n');
    const settings = broker(
      `sasl: { mechanism: scram-sha-512, usernameEnv: WHO, passwordFile: ${password} }`,
    );
    const { sasl } = await kafkaOptions(settings, { WHO: 'me' });
    assert.deepEqual(sasl, { mechanism: 'scram-sha-512', user: 'me', password: ' pass word ' });
  });

  it('reads certificates, and trusts the usual ones without', async () => {
    const ca = file('ca.pem', 'CA');
    assert.deepEqual((await kafkaOptions(broker(`tls: { mode: on, caFile: ${ca} }`), {})).tls, {
      ca: 'CA',
    });
    assert.deepEqual((await kafkaOptions(broker('tls: { mode: on }'), {})).tls, {});
  });

  it('says where a secret is missing, and never what it is', async () => {
    const both = broker('sasl: { mechanism: plain, usernameEnv: WHO, passwordEnv: HOW }');
    const empty = await expectFailure(kafkaOptions(both, { WHO: 'somebody' }), 'USAGE');
    assert.match(empty.message, /password is missing: the environment variable HOW is empty/);
    assert.ok(!empty.message.includes('somebody'));
    const gone = broker(
      'sasl: { mechanism: plain, usernameEnv: WHO, passwordFile: /no/such/file }',
    );
    await expectFailure(kafkaOptions(gone, { WHO: 'me' }), 'FILE_UNREADABLE');
  });
});
