import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTopology } from '../../../src/topology/parse-topology.ts';

const HEAD = 'version: 1\nname: qa\n';

/** Faults as `path message`. */
function faultsOf(broker: string, training = ''): string[] {
  const parsed = parseTopology(`${HEAD}broker: ${broker}\n${training}`);
  return parsed.ok ? [] : parsed.faults.map(({ path, message }) => `${path} ${message}`);
}

describe('brokerRules', () => {
  it('lets the sensible through', () => {
    for (const broker of [
      '{ kind: kafka }',
      '{ kind: kafka, brokers: "a:9092,b.example:9093" }',
      '{ kind: kafka, sasl: { mechanism: scram-sha-256, usernameEnv: U, passwordFile: p } }',
      '{ kind: kafka, tls: { mode: on } }',
      '{ kind: kafka, registry: { url: "http://r:8081" } }',
      '{ kind: kafka, registry: { url: "https://r/api", usernameEnv: U, passwordFile: p } }',
      '{ kind: kafka, tls: { mode: on, certFile: c, keyFile: k } }',
    ])
      assert.deepEqual(faultsOf(broker), [], broker);
    assert.deepEqual(faultsOf('{ partitions: 4 }', 'training: { mode: async }'), []);
  });

  it('names one fault for each mistake, at the key to change', () => {
    const cases: readonly (readonly [broker: string, fault: string])[] = [
      [
        '{ kind: kafka, brokers: "[::1]:9092" }',
        'broker.brokers must be host:port, or several of them separated by commas without spaces; a port is from 1 to 65535, not "[::1]:9092".',
      ],
      [
        '{ sasl: { mechanism: plain, usernameEnv: U, passwordEnv: P } }',
        'broker.sasl.mechanism has no meaning where broker.kind is embedded; set that to kafka.',
      ],
      [
        '{ tls: { mode: on } }',
        'broker.tls.mode has no meaning where broker.kind is embedded; set that to kafka.',
      ],
      [
        '{ registry: { url: "http://r:8081" } }',
        'broker.registry.url has no meaning where broker.kind is embedded; set that to kafka.',
      ],
      [
        '{ kind: kafka, registry: { passwordEnv: P } }',
        'broker.registry.passwordEnv has no meaning where broker.registry.url is null.',
      ],
      [
        '{ kind: kafka, registry: { url: "http://r", usernameEnv: U } }',
        'broker.registry.usernameEnv needs passwordFile or passwordEnv beside it.',
      ],
      [
        '{ kind: kafka, registry: { url: "http://r", usernameEnv: U, passwordFile: p, passwordEnv: P } }',
        'broker.registry.passwordEnv is given beside passwordFile; leave one out.',
      ],
      [
        '{ kind: kafka, sasl: { usernameEnv: U } }',
        'broker.sasl.usernameEnv has no meaning where broker.sasl.mechanism is none.',
      ],
      [
        '{ kind: kafka, sasl: { mechanism: plain, usernameEnv: U } }',
        'broker.sasl.mechanism plain needs a password: set passwordFile or passwordEnv.',
      ],
      [
        '{ kind: kafka, sasl: { mechanism: plain, usernameEnv: U, usernameFile: u, passwordEnv: P } }',
        'broker.sasl.usernameEnv is given beside usernameFile; leave one out.',
      ],
      [
        '{ kind: kafka, tls: { caFile: c } }',
        'broker.tls.caFile has no meaning where broker.tls.mode is off.',
      ],
      [
        '{ kind: kafka, tls: { mode: on, certFile: c } }',
        'broker.tls.certFile needs a keyFile beside it.',
      ],
      [
        '{ kind: kafka, tls: { mode: on, keyFile: c } }',
        'broker.tls.keyFile needs a certFile beside it.',
      ],
      [
        '{ partitions: 2 }',
        'broker.partitions must be 1 where training.mode is barrier, which puts all questions into one order; set that to async or off.',
      ],
    ];
    for (const [broker, fault] of cases) assert.deepEqual(faultsOf(broker), [fault], broker);
  });

  it('takes no secret, and no address without a port', () => {
    assert.match(faultsOf('{ kind: kafka, sasl: { password: hunter2 } }').join(), /unknown key/);
    for (const brokers of ['a', 'a:', 'a:1, b:2', 'http://a:1', 'a:1,'])
      assert.match(faultsOf(`{ kind: kafka, brokers: "${brokers}" }`).join(), /host:port/, brokers);
  });
});
