import assert from 'node:assert/strict';
import { map } from 'rxjs';
import { openRecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { decodeStandInAdapter } from '../../src/adapters/memory/stand-in-adapter.ts';
import { createStandInLanguageModel } from '../../src/adapters/memory/stand-in-language-model.ts';
import { createStandInTrainer } from '../../src/adapters/memory/stand-in-trainer.ts';
import { loadTopology } from '../../src/app/load-topology.ts';
import { replay, type ReplayResult } from '../../src/app/replay.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { SettleOptions } from '../../src/operators/settle-adapters.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { Answer } from '../../src/events/answer.ts';
import type { Feedback } from '../../src/events/feedback.ts';
import type { Question } from '../../src/events/question.ts';
import type { Broker, PartitionCommit, PartitionLease } from '../../src/ports/broker.ts';
import type { LanguageModel } from '../../src/ports/language-model.ts';
import type { Codec } from '../../src/ports/record-codec.ts';
import type { Telemetry } from '../../src/ports/telemetry.ts';
import type { Trainer } from '../../src/ports/trainer.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { MemoryAdapterStore } from './memory-adapter-store.ts';
import { question } from './secl-fixture.ts';

const usual = await loadTopology();
/** Every question stands in a burst, so that every batch may teach. */
export const topology: Topology = {
  ...usual,
  batch: { ...usual.batch, maxBatch: 4 },
  gate: { ...usual.gate, kind: 'always' },
  confidence: { ...usual.confidence, evidence: 'token-certainty' },
  training: {
    ...usual.training,
    mode: 'barrier',
    // Such that, of these questions, some adapters pass their trial and some do not.
    guard: { ...usual.training.guard, maxMeanShift: 0.36 },
  },
};
/** The same, but nothing is trained. */
export const OFF: Topology = { ...topology, training: { ...topology.training, mode: 'off' } };
/** The same, but nothing waits for adapters. */
export const ASYNC: Topology = { ...topology, training: { ...topology.training, mode: 'async' } };
const never = new AbortController().signal;
/** Of all records. */
export const codecs = openRecordCodecs();

/** A stream of two domains, with one record that is no question. */
export const QUESTIONS: readonly Question[] = Array.from({ length: 32 }, (_, i) =>
  question({
    id: `q${i}`,
    // A space is no question: such a record becomes a dead letter.
    text: i === 9 ? ' ' : `What is the colour of thing ${i}?`,
    domain: i < 16 ? 'first' : 'second',
  }),
);

/** What lives on when a run is cut off: the log, and the adapters. */
export interface Disk {
  readonly broker: Broker;
  readonly store: MemoryAdapterStore;
}

/** A new {@link Disk}. */
export const disk = (): Disk => ({
  broker: createMemoryBroker({ clock: SYSTEM_CLOCK }),
  store: new MemoryAdapterStore(),
});

/** What a test changes. */
export interface Run {
  readonly on?: Disk;
  readonly questions?: readonly Question[];
  readonly topology?: Topology;
  readonly label?: (question: Question) => Feedback | null;
  readonly abort?: AbortSignal;
  readonly model?: LanguageModel;
  readonly telemetry?: Telemetry;
  /** Replaces the trainer. */
  readonly trainer?: (usual: Trainer) => Trainer;
  /** Replaces what loads adapters. */
  readonly load?: SettleOptions['load'];
  /** Called before each commit of answers. */
  readonly onCommit?: (commit: PartitionCommit) => Promise<void> | void;
}

/** A broker that calls before the commits of answers. */
function watched(broker: Broker, onCommit: NonNullable<Run['onCommit']>): Broker {
  return {
    ...broker,
    join: async (groupId, topics) => {
      const group = await broker.join(groupId, topics);
      if (!topics.includes(topology.topics.questions)) return group;
      const { leases$ } = group;
      return Object.assign(Object.create(group) as typeof group, {
        leases$: leases$.pipe(
          map((lease): PartitionLease => {
            const commit = async (
              given: PartitionCommit,
            ): Promise<Awaited<ReturnType<PartitionLease['commit']>>> => {
              await onCommit(given);
              return lease.commit(given);
            };
            return Object.assign(Object.create(lease) as PartitionLease, { commit });
          }),
        ),
        leave: () => group.leave(),
      });
    },
  };
}

/** Replays a stream through the loop. */
export function run(given: Run = {}): Promise<ReplayResult> {
  const { on = disk(), label = () => null } = given;
  const model = given.model ?? createStandInLanguageModel({ contextLength: 2600 });
  const { store } = on;
  const trainer = createStandInTrainer({
    baseSha256: model.description.fileSha256,
    store,
    clock: SYSTEM_CLOCK,
  });
  const load: SettleOptions['load'] = async ({ version, sha256 }) =>
    decodeStandInAdapter(
      (await store.get(sha256)) ?? assert.fail('it is not kept'),
      version,
      topology.training.lora,
    );
  return replay({
    input: {
      name: 'loop',
      items: (given.questions ?? QUESTIONS).map((asked) => ({
        question: asked,
        feedback: label(asked),
      })),
      hash: 'h',
    },
    topology: given.topology ?? topology,
    model,
    broker: given.onCommit === undefined ? on.broker : watched(on.broker, given.onCommit),
    codecs,
    clock: SYSTEM_CLOCK,
    ...(given.telemetry === undefined ? {} : { telemetry: given.telemetry }),
    drain: never,
    abort: given.abort ?? never,
    training: { trainer: given.trainer?.(trainer) ?? trainer, load: given.load ?? load },
  });
}

/** All that a topic holds. */
export async function read<T>(broker: Broker, topic: string, codec: Codec<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const { value } of broker.read(topic, 0, 0n)) {
    const decoded = codec.decode(value ?? new Uint8Array());
    assert.ok(decoded.ok);
    values.push(decoded.value);
  }
  return values;
}

/** An answer without times. */
export const lastingAnswer = ({ answeredAtMs: _, durationMs: __, ...rest }: Answer): unknown =>
  rest;
/** An adapter without times. */
export const lastingAdapter = ({ durationMs: _, ...rest }: AdapterRecord): unknown => rest;

/** All that a run came to, without times. */
export function lasting({ answers, deadLetters, adapters, decisions }: ReplayResult): unknown {
  return {
    answers: answers.map(lastingAnswer),
    deadLetters: deadLetters.map(({ failedAtMs: _, ...rest }) => rest),
    adapters: adapters.map(lastingAdapter),
    decisions: decisions.map(({ decidedAtMs: _, ...rest }) => rest),
  };
}
