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
      '{ kind: kafka, replicationFactor: 3, sessionTimeoutMs: 6000, heartbeatMs: 2000 }',
      '{ kind: kafka, transactionTimeoutMs: 60000, progressTimeoutMs: 600000, stallSeconds: 600 }',
      // What holds anyway says nothing about Kafka; readiness is asked of every worker.
      '{ sessionTimeoutMs: 30000, heartbeatMs: null, stallSeconds: 3600 }',
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
      ...[
        'replicationFactor: 3',
        'sessionTimeoutMs: 10000',
        'heartbeatMs: 1000',
        'transactionTimeoutMs: 10000',
        'progressTimeoutMs: 60000',
      ].map(
        (setting) =>
          [
            `{ ${setting} }`,
            `broker.${setting.split(':', 1)[0]!} has no meaning where broker.kind is embedded; set that to kafka.`,
          ] as const,
      ),
      [
        '{ kind: kafka, sessionTimeoutMs: 10000, heartbeatMs: 3334 }',
        'broker.heartbeatMs must be at most 3333, a third of broker.sessionTimeoutMs, so that two of three may be lost; leave it out for a tenth.',
      ],
      [
        '{ kind: kafka, progressTimeoutMs: 90000, stallSeconds: 91 }',
        'broker.stallSeconds must be at most 90, broker.progressTimeoutMs in seconds: a worker that hangs has given up its partitions by then.',
      ],
      [
        '{ kind: kafka, sessionTimeoutMs: 999 }',
        'broker.sessionTimeoutMs must be an integer from 1000 to 1800000, not 999.',
      ],
      [
        '{ kind: kafka, transactionTimeoutMs: 3600001 }',
        'broker.transactionTimeoutMs must be an integer from 1000 to 3600000, not 3600001.',
      ],
      [
        '{ kind: kafka, replicationFactor: 0 }',
        'broker.replicationFactor must be an integer from 1 to 1000 or null, not 0.',
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

  it('says in which line and column, and which variable', () => {
    const text = `${HEAD}broker:\n  kind: kafka\n  sessionTimeoutMs: 9000\n  heartbeatMs: 5000\n`;
    const placeOf = (environment: Record<string, string>): unknown => {
      const parsed = parseTopology(text, environment);
      return (
        parsed.ok || parsed.faults.map(({ line, column, variable }) => [line, column, variable])
      );
    };
    assert.deepEqual(placeOf({}), [[6, 16, undefined]]);
    assert.deepEqual(placeOf({ SECL__BROKER__HEARTBEAT_MS: '4000' }), [
      [1, 1, 'SECL__BROKER__HEARTBEAT_MS'],
    ]);
    assert.equal(placeOf({ SECL__BROKER__SESSION_TIMEOUT_MS: '15000' }), true);
  });

  it('takes no secret, and no address without a port', () => {
    assert.match(faultsOf('{ kind: kafka, sasl: { password: hunter2 } }').join(), /unknown key/);
    for (const brokers of ['a', 'a:', 'a:1, b:2', 'http://a:1', 'a:1,'])
      assert.match(faultsOf(`{ kind: kafka, brokers: "${brokers}" }`).join(), /host:port/, brokers);
  });
});
