/**
 * A worker or trainer of a fault round as a process of its own: the pipelines of `secl run` and
 * `secl trainer` on Kafka, with timeouts short enough to be outlived.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, map } from 'rxjs';
import { openFileAdapterStore } from '../../src/adapters/files/file-adapter-store.ts';
import { openKafkaBroker } from '../../src/adapters/kafka/open-kafka-broker.ts';
import { learningOptionsOf } from '../../src/app/learning-options-of.ts';
import { openLanguageModel } from '../../src/app/open-language-model.ts';
import { openAdapterLoader, openTrainer } from '../../src/app/open-trainer.ts';
import { runFingerprint } from '../../src/app/replay.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { createPartitionLedger } from '../../src/app/worker/partition-ledger.ts';
import { runWorker, trainGroup } from '../../src/app/worker/run-worker.ts';
import type { Broker, PartitionLease } from '../../src/ports/broker.ts';
import { ownTopics } from '../support/own-topics.ts';
import { faultTopology, type FaultProcessConfig } from './fault-config.ts';
import { registeredRecords } from './registered-records.ts';

const config = JSON.parse(process.argv[2] ?? '') as FaultProcessConfig;
const topology = faultTopology(config.mode, config.model);
const drain = new AbortController();
// Ctrl-C is for the program that started this one.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => {
  drain.abort();
});

/** Requests under way. */
const doing: string[] = [];

async function done<T>(what: string, work: Promise<T>): Promise<T> {
  doing.push(what);
  try {
    return await work;
  } finally {
    doing.splice(doing.indexOf(what), 1);
  }
}

/** A broker whose commits take longer. */
function slowed(broker: Broker, ms: number): Broker {
  const slow = (lease: PartitionLease): PartitionLease => ({
    ...lease,
    poll: (options) => done(`poll ${lease.topic}/${lease.partition}`, lease.poll(options)),
    commit: async (commit) => {
      await sleep(ms);
      return done(`commit ${lease.topic}/${lease.partition}`, lease.commit(commit));
    },
  });
  return {
    ...broker,
    join: async (groupId, topics) => {
      const group = await broker.join(groupId, topics);
      const { assigned$ } = group;
      return { assigned$, leave: () => group.leave(), leases$: group.leases$.pipe(map(slow)) };
    },
  };
}

const kafka = await openKafkaBroker({
  brokers: config.brokers,
  clientId: config.prefix,
  clock: SYSTEM_CLOCK,
  sessionTimeoutMs: config.sessionTimeoutMs,
  heartbeatMs: config.sessionTimeoutMs / 10,
  transactionTimeoutMs: 10_000,
  ...(config.replicationFactor === undefined
    ? {}
    : { replicationFactor: config.replicationFactor }),
});
const { codecs, readable } = await registeredRecords(config.registry, topology);
const broker = readable(slowed(ownTopics(kafka, config.prefix), config.slowMs));
const store = openFileAdapterStore(config.folder);
const ledger = createPartitionLedger(SYSTEM_CLOCK);
const shared = { topology, broker, codecs, clock: SYSTEM_CLOCK, ledger, drain: drain.signal };

/** Where it stands, told on a signal: what hangs cannot tell of itself. */
process.on('SIGUSR2', () => {
  const standings = ledger.standings().map((at) => ({ ...at, nextOffset: String(at.nextOffset) }));
  const nowMs = SYSTEM_CLOCK.monotonicMs();
  process.stderr.write(`${JSON.stringify({ pid: process.pid, nowMs, doing, standings })}\n`);
});

if (config.role === 'trainer') {
  const opened = await openTrainer(topology, { store });
  if (opened === undefined) throw new Error(`nothing is trained in mode ${config.mode}`);
  const { trainer } = opened;
  await lastValueFrom(trainGroup({ ...shared, trainer }), { defaultValue: undefined });
  await trainer.close();
} else {
  const model = await openLanguageModel(topology.model);
  const learning = learningOptionsOf(topology, model);
  await runWorker({
    ...shared,
    model,
    fingerprint: runFingerprint(topology, model, codecs),
    loop:
      config.mode === 'off' || learning === null
        ? null
        : {
            learning,
            mode: config.mode,
            timeoutMs: 600_000,
            trainer: null,
            load: await openAdapterLoader(topology, { store }),
          },
    abort: new AbortController().signal,
  });
  await model.close();
}
await kafka.close();
