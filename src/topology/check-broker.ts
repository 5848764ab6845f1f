import type { TrainingMode } from '../learning/learning-options.ts';
import { BROKER_SHAPE } from './broker-shape.ts';
import type { TopologyBroker } from './broker-topology.ts';
import type { RuleFault } from './rule-fault.ts';

/** The rules between the keys of the broker. */
export function brokerRules(broker: TopologyBroker, mode: TrainingMode): RuleFault[] {
  return [
    ...placeRules(broker),
    ...saslRules(broker),
    ...registryRules(broker),
    ...tlsRules(broker),
    ...timeRules(broker),
    ...modeRules(broker, mode),
  ];
}

const SECRET_KEYS = ['usernameFile', 'usernameEnv', 'passwordFile', 'passwordEnv'] as const;

/** Settings of Kafka's with a value of their own. */
const KAFKA_VALUES = [
  'replicationFactor',
  'sessionTimeoutMs',
  'heartbeatMs',
  'transactionTimeoutMs',
  'progressTimeoutMs',
] as const;

/** What only Kafka has. */
function placeRules(broker: TopologyBroker): RuleFault[] {
  const { kind, sasl, tls, registry } = broker;
  if (kind === 'kafka') return [];
  const message = 'has no meaning where broker.kind is embedded; set that to kafka.';
  return [
    ...(sasl.mechanism === 'none' ? [] : [{ path: 'broker.sasl.mechanism', message }]),
    ...(tls.mode === 'off' ? [] : [{ path: 'broker.tls.mode', message }]),
    ...(registry.url === null ? [] : [{ path: 'broker.registry.url', message }]),
    ...KAFKA_VALUES.filter((key) => broker[key] !== usual(key)).map((key) => ({
      path: `broker.${key}`,
      message,
    })),
  ];
}

/** What holds where the file does not have the key. */
function usual(key: (typeof KAFKA_VALUES)[number]): unknown {
  const { shape } = BROKER_SHAPE;
  return shape.kind === 'object' ? shape.fields[key]?.fallback : undefined;
}

/** Signs of life must come while somebody still waits for them; so must the word that a worker hangs. */
function timeRules(broker: TopologyBroker): RuleFault[] {
  const { kind, sessionTimeoutMs, heartbeatMs, progressTimeoutMs, stallSeconds } = broker;
  const faults: RuleFault[] = [];
  if (heartbeatMs !== null && heartbeatMs * 3 > sessionTimeoutMs)
    faults.push({
      path: 'broker.heartbeatMs',
      message: `must be at most ${Math.floor(sessionTimeoutMs / 3)}, a third of broker.sessionTimeoutMs, so that two of three may be lost; leave it out for a tenth.`,
    });
  if (kind === 'kafka' && stallSeconds !== null && stallSeconds * 1000 > progressTimeoutMs)
    faults.push({
      path: 'broker.stallSeconds',
      message: `must be at most ${Math.floor(progressTimeoutMs / 1000)}, broker.progressTimeoutMs in seconds: a worker that hangs has given up its partitions by then.`,
    });
  return faults;
}

function saslRules({ sasl }: TopologyBroker): RuleFault[] {
  const faults: RuleFault[] = [];
  for (const what of ['username', 'password'] as const) {
    const keys = [`${what}File`, `${what}Env`] as const;
    const given = keys.filter((key) => sasl[key] !== null);
    const path = (key: string): string => `broker.sasl.${key}`;
    if (sasl.mechanism === 'none')
      for (const key of given)
        faults.push({
          path: path(key),
          message: 'has no meaning where broker.sasl.mechanism is none.',
        });
    else if (given.length === 0)
      faults.push({
        path: path('mechanism'),
        message: `${sasl.mechanism} needs a ${what}: set ${keys[0]} or ${keys[1]}.`,
      });
    else if (given.length > 1)
      faults.push({ path: path(keys[1]), message: `is given beside ${keys[0]}; leave one out.` });
  }
  return faults;
}

/** Name and password go together; each is in one place. */
function registryRules({ registry }: TopologyBroker): RuleFault[] {
  const faults: RuleFault[] = [];
  const given = (what: string): (typeof SECRET_KEYS)[number][] =>
    SECRET_KEYS.filter((key) => key.startsWith(what) && registry[key] !== null);
  for (const [what, other] of [
    ['username', 'password'],
    ['password', 'username'],
  ] as const) {
    const [first, second] = given(what);
    if (first === undefined) continue;
    const path = `broker.registry.${first}`;
    if (registry.url === null)
      faults.push({ path, message: 'has no meaning where broker.registry.url is null.' });
    else if (second !== undefined)
      faults.push({
        path: `broker.registry.${second}`,
        message: `is given beside ${first}; leave one out.`,
      });
    else if (given(other).length === 0)
      faults.push({ path, message: `needs ${other}File or ${other}Env beside it.` });
  }
  return faults;
}

function tlsRules({ tls }: TopologyBroker): RuleFault[] {
  const faults: RuleFault[] = [];
  const { mode, certFile, keyFile } = tls;
  if (mode === 'off')
    for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
      const message = 'has no meaning where broker.tls.mode is off.';
      if (tls[key] !== null) faults.push({ path: `broker.tls.${key}`, message });
    }
  else if (certFile !== null && keyFile === null)
    faults.push({ path: 'broker.tls.certFile', message: 'needs a keyFile beside it.' });
  else if (certFile === null && keyFile !== null)
    faults.push({ path: 'broker.tls.keyFile', message: 'needs a certFile beside it.' });
  return faults;
}

/** Where a batch waits for the adapter of the one before, there is one order of batches alone. */
function modeRules({ partitions }: TopologyBroker, mode: TrainingMode): RuleFault[] {
  if (partitions === 1 || mode !== 'barrier') return [];
  const message =
    'must be 1 where training.mode is barrier, which puts all questions into one order; set that to async or off.';
  return [{ path: 'broker.partitions', message }];
}
