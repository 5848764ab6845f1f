import type { TrainingMode } from '../learning/learning-options.ts';
import type { TopologyBroker } from './broker-topology.ts';
import type { RuleFault } from './rule-fault.ts';

/** The rules between the keys of the broker. */
export function brokerRules(broker: TopologyBroker, mode: TrainingMode): RuleFault[] {
  return [
    ...placeRules(broker),
    ...saslRules(broker),
    ...tlsRules(broker),
    ...modeRules(broker, mode),
  ];
}

/** What only Kafka has. */
function placeRules({ kind, sasl, tls }: TopologyBroker): RuleFault[] {
  if (kind === 'kafka') return [];
  const message = 'has no meaning where broker.kind is embedded; set that to kafka.';
  return [
    ...(sasl.mechanism === 'none' ? [] : [{ path: 'broker.sasl.mechanism', message }]),
    ...(tls.mode === 'off' ? [] : [{ path: 'broker.tls.mode', message }]),
  ];
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
