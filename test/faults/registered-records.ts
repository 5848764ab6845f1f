import type { RecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { openSchemaRegistry } from '../../src/adapters/registry/open-schema-registry.ts';
import { learnSchemas } from '../../src/app/worker/learn-schemas.ts';
import { openRegisteredCodecs } from '../../src/app/worker/open-records.ts';
import { RECORD_NAMES } from '../../src/app/worker/record-subjects.ts';
import { seededRandom } from '../../src/random/seeded-random.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { codecs as plain } from '../support/loop-run.ts';

/** How records are written, and a broker that has them read. */
export interface FaultRecords {
  readonly codecs: RecordCodecs;
  /** A broker whose records can be read with the codecs. */
  readonly readable: (broker: Broker) => Broker;
}

/** With a schema registry at an address, where whoever writes registers; `null`: without one. */
export async function registeredRecords(
  url: string | null,
  topology: Topology,
): Promise<FaultRecords> {
  if (url === null) return { codecs: plain, readable: (broker) => broker };
  const registry = openSchemaRegistry({
    url,
    timeoutMs: 5000,
    random: seededRandom(process.pid),
    connectMs: 60_000,
  });
  const settings = { ...topology.broker.registry, url, register: true };
  const { codecs, writers } = await openRegisteredCodecs(
    { ...topology, broker: { ...topology.broker, registry: settings } },
    registry,
    RECORD_NAMES,
  );
  return { codecs, readable: (broker) => learnSchemas(broker, writers) };
}
