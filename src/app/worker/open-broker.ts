import path from 'node:path';
import { openEmbeddedLog } from '../../adapters/embedded-log/open-embedded-log.ts';
import { openKafkaBroker } from '../../adapters/kafka/open-kafka-broker.ts';
import { SeclError } from '../../errors/secl-error.ts';
import type { Broker } from '../../ports/broker.ts';
import type { TopologyBroker } from '../../topology/broker-topology.ts';
import type { Topology } from '../../topology/topology.ts';
import { makeFolder } from '../make-folder.ts';
import { SYSTEM_CLOCK } from '../system-clock.ts';
import { kafkaOptions } from './kafka-options.ts';
import { startPatienceMs } from './start-patience.ts';

/**
 * Opens the broker that a topology names; to be closed by whoever opened it.
 *
 * @param onWaiting - Told that Kafka does not answer yet, or is slow; who is told decides how long it is waited for
 *   (`startPatienceMs`).
 * @throws SeclError `LOG_IN_USE` while another process has the embedded log open; `LOG_CORRUPT`; `FILE_UNREADABLE`;
 *   `BROKER_FAILED` where no Kafka broker answers or it refuses; `USAGE` for a secret that is missing.
 */
export async function openBroker(
  settings: TopologyBroker,
  onWaiting?: (sentence: string) => void,
): Promise<Broker> {
  if (settings.kind === 'kafka')
    return openKafkaBroker({
      ...(await kafkaOptions(settings)),
      connectMs: startPatienceMs(onWaiting),
      onWaiting: (reason) => onWaiting?.(`waiting for ${describeBroker(settings)}: ${reason}`),
      onSlow: (sentence) => onWaiting?.(`${describeBroker(settings)} is slow: ${sentence}`),
    });
  const folder = path.join(settings.folder, 'log');
  await makeFolder(folder);
  try {
    return await openEmbeddedLog({ folder, clock: SYSTEM_CLOCK });
  } catch (error) {
    if (!(error instanceof SeclError) || error.code !== 'LOG_IN_USE') throw error;
    throw new SeclError('LOG_IN_USE', error.message, {
      hint: 'An embedded log serves one process at a time: stop the other one first, or use Kafka (--brokers).',
      cause: error,
    });
  }
}

/** What runs where, e.g. as a page's title. */
export function describePipeline({ name, broker }: Pick<Topology, 'name' | 'broker'>): string {
  return `${name} on ${describeBroker(broker)}`;
}

/** Where the topics are, as a sentence says it; holds no secret. */
export function describeBroker({ kind, folder, brokers }: TopologyBroker): string {
  return kind === 'kafka' ? `Kafka at ${brokers}` : `the log in ${folder}`;
}
