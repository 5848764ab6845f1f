import type { TopologyBroker } from '../../topology/broker-topology.ts';
import type { ServiceOptions } from './service-options.ts';

/**
 * How long a partition may stand still before its process is not ready, milliseconds: as the command line says, else
 * the topology, else what is usual for the process.
 */
export function stallMsOf(
  { stallMs }: Pick<ServiceOptions, 'stallMs'>,
  { stallSeconds }: Pick<TopologyBroker, 'stallSeconds'>,
  usualMs: number,
): number {
  return stallMs ?? (stallSeconds === null ? usualMs : stallSeconds * 1000);
}
