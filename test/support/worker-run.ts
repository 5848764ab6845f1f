import assert from 'node:assert/strict';
import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { createStandInLanguageModel } from '../../src/adapters/memory/stand-in-language-model.ts';
import { createStandInTrainer } from '../../src/adapters/memory/stand-in-trainer.ts';
import { decodeStandInAdapter } from '../../src/adapters/memory/stand-in-adapter.ts';
import { learningOptionsOf } from '../../src/app/learning-options-of.ts';
import { runFingerprint } from '../../src/app/replay.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { createPartitionLedger } from '../../src/app/worker/partition-ledger.ts';
import { runWorker, type WorkerOptions } from '../../src/app/worker/run-worker.ts';
import { topicSpecs } from '../../src/app/worker/topic-specs.ts';
import type { Question } from '../../src/events/question.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Codec } from '../../src/ports/record-codec.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { ASYNC, codecs } from './loop-run.ts';
import { MemoryAdapterStore } from './memory-adapter-store.ts';

/** A pipeline whose questions have so many partitions; every batch may teach, and none waits long to fill. */
export function workerTopology(partitions: number, base: Topology = ASYNC): Topology {
  return {
    ...base,
    batch: { ...base.batch, maxWaitMs: base.training.mode === 'barrier' ? null : 5 },
    broker: { ...base.broker, partitions },
  };
}

/** What outlives a worker. */
export interface WorkerDisk {
  readonly broker: Broker;
  readonly store: MemoryAdapterStore;
}

/** An empty one, with the topics of a topology. */
export async function workerDisk(topology: Topology): Promise<WorkerDisk> {
  const broker = createMemoryBroker({ clock: SYSTEM_CLOCK });
  await broker.ensureTopics(topicSpecs(topology));
  return { broker, store: new MemoryAdapterStore() };
}

/** A worker under way. */
export interface StartedWorker {
  readonly ended: Promise<void>;
  readonly ledger: WorkerOptions['ledger'];
  /** As SIGTERM does. */
  drain(): void;
  /** As a second one does. */
  abort(): void;
}

/** Starts a worker on the stand-in model. */
export function startWorker(
  topology: Topology,
  { broker, store }: WorkerDisk,
  more: Partial<WorkerOptions> & { readonly trains?: boolean; readonly timeoutMs?: number } = {},
): StartedWorker {
  const drain = new AbortController();
  const abort = new AbortController();
  const model = createStandInLanguageModel({ contextLength: 2600 });
  const learning = learningOptionsOf(topology, model);
  const { mode } = topology.training;
  const ledger = createPartitionLedger(SYSTEM_CLOCK);
  const { trains = true, timeoutMs = 20_000, ...options } = more;
  const ended = runWorker({
    topology,
    model,
    broker,
    codecs,
    fingerprint: runFingerprint(topology, model, codecs),
    clock: SYSTEM_CLOCK,
    ledger,
    loop:
      learning === null || mode === 'off'
        ? null
        : {
            learning,
            mode,
            timeoutMs,
            trainer: trains
              ? createStandInTrainer({
                  baseSha256: model.description.fileSha256,
                  store,
                  clock: SYSTEM_CLOCK,
                })
              : null,
            load: async ({ version, sha256 }) =>
              decodeStandInAdapter(
                (await store.get(sha256)) ?? assert.fail('it is not kept'),
                version,
                topology.training.lora,
              ),
          },
    drain: drain.signal,
    abort: abort.signal,
    ...options,
  });
  return {
    ended,
    ledger,
    drain: () => {
      drain.abort();
    },
    abort: () => {
      abort.abort();
    },
  };
}

/** Puts questions on their topic; bytes go as they are. */
export async function ask(
  broker: Broker,
  topic: string,
  questions: readonly (Question | Uint8Array)[],
): Promise<void> {
  await broker.append(
    questions.map((item) =>
      item instanceof Uint8Array
        ? { topic, partition: 0, key: null, value: item }
        : {
            topic,
            key: new TextEncoder().encode(item.id),
            value: codecs.question.encode(item),
          },
    ),
  );
}

/** All that every partition of a topic holds, tombstones aside. */
export async function readTopic<T>(broker: Broker, topic: string, codec: Codec<T>): Promise<T[]> {
  const values: T[] = [];
  const partitions = (await broker.topics()).get(topic) ?? 0;
  for (let partition = 0; partition < partitions; partition++)
    for await (const { value } of broker.read(topic, partition, 0n)) {
      if (value === null) continue;
      const decoded = codec.decode(value);
      assert.ok(decoded.ok);
      values.push(decoded.value);
    }
  return values;
}

/** Waits until a condition holds; fails when patience is at its end. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  patienceMs = 20_000,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > patienceMs)
      assert.fail(`it has not come true in ${patienceMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
