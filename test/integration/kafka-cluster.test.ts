import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaClient } from '../../src/adapters/kafka/kafka-client.ts';
import { ownerId } from '../../src/adapters/kafka/group-state.ts';
import { kafkaSettings } from '../../src/adapters/kafka/kafka-settings.ts';
import { keepTrying } from '../../src/adapters/kafka/keep-trying.ts';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { groupsOf } from '../../src/app/worker/groups-of.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { compareLeavings } from '../faults/compare-leavings.ts';
import { faultTopology, type FaultMode } from '../faults/fault-config.ts';
import {
  runRound,
  type FaultWorld,
  type Leavings,
  type RoundScene,
} from '../faults/fault-round.ts';
import { registeredRecords } from '../faults/registered-records.ts';
import { startKafkaCluster, type KafkaCluster } from '../support/kafka-cluster.ts';
import { kafkaSkip } from '../support/kafka-server.ts';
import { secl } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** As many as there are brokers. */
const COPIES = 3;
const SEED = 1;

function skip(): string | false {
  if (process.env['KAFKA_BROKERS'] !== undefined) return 'its brokers are not ours to kill';
  return kafkaSkip();
}

describe('three brokers of Kafka, of which one is killed', { skip: skip() }, () => {
  let cluster: KafkaCluster;
  let broker: Broker;
  let world: FaultWorld;
  /** Of the undisturbed run. */
  const wanted = new Map<FaultMode, Leavings>();
  const options = () => ({ brokers: cluster.brokers, clientId: 'cluster', clock: SYSTEM_CLOCK });

  before(async () => {
    cluster = await startKafkaCluster();
    broker = await openKafkaBroker({
      ...options(),
      replicationFactor: COPIES,
      patienceMs: 120_000,
    });
    world = {
      ...{ brokers: cluster.brokers, replicationFactor: COPIES, broker, registry: null },
      ...{ folder: temporaryFolder(), model: STAND_IN },
      records: await registeredRecords(null, faultTopology('off')),
    };
  });
  after(async () => {
    await broker.close();
    await cluster.stop();
  });

  it('makes topics with as many copies as the topology says', async () => {
    const file = join(temporaryFolder(), 'pipeline.yaml');
    writeFileSync(
      file,
      `version: 1
name: copies
broker: { kind: kafka, brokers: "${cluster.brokers.join(',')}", replicationFactor: 2 }
`,
    );
    const created = secl('topics', 'create', '--topology', file);
    assert.equal(created.code, 0, created.err);
    const copies = (await cluster.topics()).map(({ name, partitions }) => [
      name,
      ...partitions.map(({ replicas }) => replicas.length),
    ]);
    assert.equal(copies.length, 9);
    for (const [name, ...counts] of copies) assert.deepEqual(counts, [2], String(name));
  });

  /** Which broker leads or coordinates something, as the cluster has it now. */
  const nodeOf = async (ask: (client: KafkaClient) => Promise<number>): Promise<number> => {
    const client = new KafkaClient(kafkaSettings(options()));
    try {
      return await keepTrying(() => ask(client), { patienceMs: 30_000 });
    } finally {
      await client.close();
    }
  };
  const victims = {
    'transaction coordinator': ({ prefix, mode }: RoundScene) => {
      const topology = faultTopology(mode);
      const groupId = `${prefix}${groupsOf(topology).answering}`;
      const topic = `${prefix}${topology.topics.questions}`;
      const id = ownerId({ groupId, topic, partition: 0 });
      return nodeOf((client) =>
        client.onCoordinator('transaction', id, (_node, nodeId) => Promise.resolve(nodeId)),
      );
    },
    'leader of the answers': ({ prefix, mode }: RoundScene) => {
      const topic = `${prefix}${faultTopology(mode).topics.answers}`;
      return nodeOf((client) => client.leader({ topic, partition: 0 }));
    },
  };

  for (const [role, mode] of [
    ['transaction coordinator', 'off'],
    ['leader of the answers', 'off'],
  ] as const)
    it(`answers each question once without the ${role} (${mode})`, async (t) => {
      const undisturbed = { fault: `none-${mode}`, mode, seed: SEED };
      if (!wanted.has(mode)) {
        const { leavings, complete, complaints } = await runRound(world, undisturbed, () =>
          Promise.resolve(),
        );
        assert.ok(complete, complaints.join('\n'));
        wanted.set(mode, leavings);
      }
      await cluster.inSync();
      const made = (await cluster.topics()).filter(({ name }) => !name.startsWith('qa.'));
      assert.ok(made.some(({ name }) => name.endsWith('-state')));
      assert.ok(made.some(({ name }) => name === '__transaction_state'));
      for (const { name, partitions } of made)
        for (const { replicas } of partitions) assert.equal(replicas.length, COPIES, name);

      let victim = 0;
      const spec = { fault: role.replaceAll(' ', '-'), mode, seed: SEED };
      const result = await runRound(world, spec, async (scene) => {
        await sleep(scene.random.integer(600));
        victim = await victims[role](scene);
        scene.mark();
        await cluster.nodes.get(victim)!.signal('SIGKILL');
      });
      await cluster.nodes.get(victim)!.start();
      t.diagnostic(`broker ${victim}; restarted: ${result.complaints.length}`);
      assert.ok(result.hit, 'nothing was left to be hit');
      assert.ok(result.complete, result.complaints.join('\n'));
      assert.deepEqual(compareLeavings(result.leavings, wanted.get(mode)!), []);
    });
});
