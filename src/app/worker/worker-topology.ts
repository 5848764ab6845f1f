import path from 'node:path';
import { SeclError } from '../../errors/secl-error.ts';
import { ADDRESSES, REGISTRY_ADDRESS } from '../../topology/broker-shape.ts';
import type { Topology } from '../../topology/topology.ts';
import { loadTopology } from '../load-topology.ts';
import { packageRoot } from '../package-root.ts';

/** Topology, broker and model, as a command line says them; the latter win over the topology. */
export interface BrokerChoice {
  /** Topology file; absent: the one of endless streams. */
  readonly topology?: string | undefined;
  /** Folder of an embedded log. */
  readonly log?: string | undefined;
  /** Kafka's addresses, separated by commas. */
  readonly brokers?: string | undefined;
  /** Address of a schema registry. */
  readonly registry?: string | undefined;
  /** Name or path of a model; wins over the topology's. */
  readonly model?: string | undefined;
}

/** The pipeline of an endless stream where none is named. */
const WORKER_TOPOLOGY = path.join('topologies', 'run.yaml');

/**
 * The topology that a command works on, with broker and model as the command line has them.
 *
 * @throws SeclError as `loadTopology`; `USAGE` for two brokers at once, or addresses that are none.
 */
export async function workerTopology(choice: BrokerChoice): Promise<Topology> {
  const { log, brokers, registry } = choice;
  const file = await loadTopology(choice.topology ?? path.join(packageRoot(), WORKER_TOPOLOGY));
  const loaded = { ...file, model: { ...file.model, name: choice.model ?? file.model.name } };
  if (log !== undefined && brokers !== undefined)
    throw new SeclError('USAGE', '--log and --brokers name two places for the same topics', {
      hint: 'Leave one of them out.',
    });
  if (log !== undefined) {
    if (registry !== undefined)
      throw new SeclError('USAGE', '--registry has no meaning beside --log', {
        hint: 'A schema registry is for topics on Kafka: name those with --brokers.',
      });
    return { ...loaded, broker: { ...loaded.broker, kind: 'embedded', folder: log } };
  }
  if (brokers !== undefined && !new RegExp(ADDRESSES.pattern).test(brokers))
    throw new SeclError('USAGE', '--brokers is no list of host:port', {
      hint: 'Name them like localhost:9092, separated by commas without spaces; a port is from 1 to 65535.',
    });
  const broker =
    brokers === undefined ? loaded.broker : { ...loaded.broker, kind: 'kafka' as const, brokers };
  if (registry === undefined) return { ...loaded, broker };
  // What is wrong may hold a password: it is not repeated.
  if (!new RegExp(REGISTRY_ADDRESS.pattern).test(registry))
    throw new SeclError('USAGE', '--registry is no http or https address', {
      hint: 'Name it like http://localhost:8081; name and password go into broker.registry of the topology.',
    });
  if (broker.kind === 'embedded')
    throw new SeclError('USAGE', '--registry has no meaning for an embedded log', {
      hint: 'A schema registry is for topics on Kafka: name those with --brokers.',
    });
  return { ...loaded, broker: { ...broker, registry: { ...broker.registry, url: registry } } };
}
