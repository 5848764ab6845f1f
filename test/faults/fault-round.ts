import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import type { RecordCodecs } from '../../src/adapters/avro/record-codecs.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import { topicSpecs } from '../../src/app/worker/topic-specs.ts';
import { groupsOf } from '../../src/app/worker/groups-of.ts';
import { topicTails } from '../../src/app/worker/topic-tails.ts';
import type { AdapterDecision } from '../../src/events/adapter-decision.ts';
import { isHeadKey } from '../../src/events/adapter-keys.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { Answer } from '../../src/events/answer.ts';
import type { DeadLetter } from '../../src/events/dead-letter.ts';
import type { Question } from '../../src/events/question.ts';
import type { TrainingBatch } from '../../src/events/training-batch.ts';
import { seededRandom, type SeededRandom } from '../../src/random/seeded-random.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Codec } from '../../src/ports/record-codec.ts';
import { lastingAdapter } from '../support/loop-run.ts';
import { ownTopics } from '../support/own-topics.ts';
import { question } from '../support/secl-fixture.ts';
import { faultTopology, type FaultMode } from './fault-config.ts';
import { FaultPool } from './fault-pool.ts';
import type { FaultRecords } from './registered-records.ts';

/** What all rounds share. */
export interface FaultWorld {
  /** Addresses for the processes of a round. */
  readonly brokers: readonly string[];
  /** Copies of the topics that they make; absent: the brokers' default. */
  readonly replicationFactor?: number;
  readonly broker: Broker;
  /** Address of a schema registry; `null`: there is none. */
  readonly registry: string | null;
  readonly records: FaultRecords;
  /** For adapters. */
  readonly folder: string;
  /** Of the catalogue, or the stand-in. */
  readonly model: string;
}

/** What a round is. */
export interface RoundSpec {
  readonly fault: string;
  readonly mode: FaultMode;
  readonly seed: number;
}

/** What is committed at the end of a round, without what two runs may differ in. */
export interface Leavings {
  /** By question: every answer and dead letter, of which there should be one. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
  /** By partition and entry. */
  readonly state: ReadonlyMap<string, string>;
  readonly adapters: readonly string[];
  readonly decisions: readonly string[];
}

/** Records of a round, as they are. */
export interface RoundRecords {
  readonly answers: readonly Answer[];
  readonly letters: readonly DeadLetter[];
  /** Versions alone, not which of them act. */
  readonly adapters: readonly AdapterRecord[];
  readonly batches: readonly TrainingBatch[];
  readonly decisions: readonly AdapterDecision[];
}

/** What came of a round. */
export interface RoundResult {
  readonly leavings: Leavings;
  readonly records: RoundRecords;
  /** Whether there was still something to answer when the fault struck, at least once. */
  readonly hit: boolean;
  /** Processes that ended by themselves, and why. */
  readonly complaints: readonly string[];
  /** Processes that did not stop when they were told to. */
  readonly stuck: number;
  /** Whether everything was answered; else nothing was for a long time. */
  readonly complete: boolean;
}

/** Between two looks at what has been answered. */
const LOOK_EVERY_MS = 250;
/**
 * A round in which so many looks find nothing new is stuck: three minutes, and on a busy machine as much more as looks
 * take longer there. One that gets on may take as long as it needs.
 */
const STUCK_LOOKS = 700;
/** The same with a real model, on cores that others share. */
const REAL_STUCK_LOOKS = 7000;
const SESSION_TIMEOUT_MS = 1500;
const QUESTIONS = { off: 320, async: 320, barrier: 48 };
/** Of a real model, in either mode: four batches, each of which may be trained on. */
const REAL_QUESTIONS = 16;

/** What is asked in a round. */
export function questionsOf(mode: FaultMode, model: string): readonly Question[] {
  const length = model === STAND_IN ? QUESTIONS[mode] : REAL_QUESTIONS;
  return Array.from({ length }, (_, i) =>
    question({
      id: `q${i}`,
      text: i === 9 ? ' ' : `What is the colour of thing ${i}?`,
      domain: i < length / 2 ? 'first' : 'second',
    }),
  );
}

async function readTopic<T>(
  broker: Broker,
  topic: string,
  codec: Codec<T>,
  isWanted: (key: Uint8Array | null) => boolean = () => true,
): Promise<T[]> {
  const values: T[] = [];
  const partitions = (await broker.topics()).get(topic) ?? 0;
  for (let partition = 0; partition < partitions; partition++) {
    for await (const { key, value } of broker.read(topic, partition, 0n)) {
      const decoded = value === null || !isWanted(key) ? null : codec.decode(value);
      if (decoded?.ok === true) values.push(decoded.value);
    }
  }
  return values;
}

async function recordsOf(
  broker: Broker,
  codecs: RecordCodecs,
  mode: FaultMode,
): Promise<RoundRecords> {
  const { topics } = faultTopology(mode);
  return {
    answers: await readTopic(broker, topics.answers, codecs.answer),
    letters: await readTopic(broker, topics.deadLetters, codecs.deadLetter),
    adapters: await readTopic(broker, topics.adapters, codecs.adapter, (key) => !isHeadKey(key)),
    batches: await readTopic(broker, topics.trainingBatches, codecs.trainingBatch),
    decisions: await readTopic(broker, topics.adapterDecisions, codecs.adapterDecision),
  };
}

const lastingAnswer = (answer: Answer): string => {
  const { answeredAtMs: _, durationMs: __, sourceOffset: ___, ...rest } = answer;
  return JSON.stringify(rest);
};

/** An entry of the state, without offsets and times: those of two runs differ. */
function lastingEntry(value: Uint8Array): string {
  const text = Buffer.from(value).toString('latin1');
  if (!text.startsWith('{')) return text;
  const skips = (name: string): boolean => name === 'decisionsRead' || /(Ms|Offset)$/.test(name);
  return JSON.stringify(
    JSON.parse(Buffer.from(value).toString(), (name, item: unknown) =>
      skips(name) ? undefined : item,
    ),
  );
}

/** All that is committed: answers, adapters, and the state of the answering group. */
async function leavingsOf(
  broker: Broker,
  codecs: RecordCodecs,
  mode: FaultMode,
): Promise<Leavings> {
  const topology = faultTopology(mode);
  const { topics } = topology;
  const answers = new Map<string, string[]>();
  const note = (id: string, what: string): void => {
    answers.set(id, [...(answers.get(id) ?? []), what]);
  };
  for (const answer of await readTopic(broker, topics.answers, codecs.answer)) {
    note(answer.questionId, lastingAnswer(answer));
  }
  for (const letter of await readTopic(broker, topics.deadLetters, codecs.deadLetter)) {
    if (letter.sourceTopic.endsWith(topics.questions)) note('q9', `dead letter ${letter.code}`);
    else note('other', `dead letter ${letter.code} of ${letter.sourceTopic}`);
  }
  const state = new Map<string, string>();
  const group = await broker.join(groupsOf(topology).answering, [topics.questions]);
  const leases = await firstValueFrom(
    group.leases$.pipe(
      filter((lease) => !lease.revoked.aborted),
      take(topology.broker.partitions),
      toArray(),
    ),
  );
  for (const lease of leases) {
    for (const [name, value] of lease.state) {
      state.set(`${lease.partition} ${name}`, lastingEntry(value));
    }
  }
  await group.leave();
  const adapters = await readTopic(broker, topics.adapters, codecs.adapter);
  const decisions = await readTopic(broker, topics.adapterDecisions, codecs.adapterDecision);
  return {
    answers,
    state,
    adapters: adapters.map((adapter) => JSON.stringify(lastingAdapter(adapter))),
    decisions: decisions.map(({ decidedAtMs: _, ...rest }) => JSON.stringify(rest)),
  };
}

/** Counts the questions that have an answer or a dead letter; each call reads what has come since the last. */
async function answerCounter(
  broker: Broker,
  codecs: RecordCodecs,
  mode: FaultMode,
): Promise<() => Promise<number>> {
  const { topics } = faultTopology(mode);
  const done = new Set<string>();
  const follow = async <T>(topic: string, codec: Codec<T>, nameOf: (value: T) => string) => {
    const tails = await topicTails(broker, topic, 'the round');
    return async (): Promise<void> => {
      for (const tail of tails)
        await tail.visit(({ value }) => {
          const decoded = value === null ? null : codec.decode(value);
          if (decoded?.ok === true) done.add(nameOf(decoded.value));
        });
    };
  };
  const answers = await follow(topics.answers, codecs.answer, ({ questionId }) => questionId);
  const letters = await follow(
    topics.deadLetters,
    codecs.deadLetter,
    ({ sourceOffset }) => `letter ${String(sourceOffset)}`,
  );
  return async () => {
    await answers();
    await letters();
    return done.size;
  };
}

/** What a round offers to its fault. */
export interface RoundScene {
  readonly pool: FaultPool;
  /** With the round's own topics. */
  readonly broker: Broker;
  /** What stands before the names of its topics, groups and transactional ids. */
  readonly prefix: string;
  readonly mode: FaultMode;
  readonly sessionTimeoutMs: number;
  readonly random: SeededRandom;
  /** Called at each harm, so that it is known whether there was still something to be hit. */
  readonly mark: () => void;
}

/** Feeds questions in, has workers answer them while harm is done, and takes stock. */
export async function runRound(
  world: FaultWorld,
  spec: RoundSpec,
  doHarm: (scene: RoundScene) => Promise<void>,
): Promise<RoundResult> {
  const { brokers, replicationFactor, folder, model, registry } = world;
  const { codecs, readable } = world.records;
  const { fault, mode, seed } = spec;
  const random = seededRandom(seed);
  const prefix = `${fault}-${mode}-${seed}-`;
  const topology = faultTopology(mode, model);
  const broker = readable(ownTopics(world.broker, prefix));
  await broker.ensureTopics(topicSpecs(topology));
  const questions = questionsOf(mode, model);
  await broker.append(
    questions.map((asked, i) => ({
      topic: topology.topics.questions,
      partition: i % topology.broker.partitions,
      key: new TextEncoder().encode(asked.id),
      value: codecs.question.encode(asked),
      timestampMs: 1_700_000_000_000 + i,
    })),
  );
  const pool = new FaultPool({
    brokers,
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
    prefix,
    mode,
    model,
    registry,
    folder: await mkdtemp(join(folder, 'adapters-')),
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    slowMs: mode === 'barrier' ? 20 : 50,
  });
  try {
    pool.start('worker');
    pool.start('worker');
    if (mode !== 'off') {
      pool.start('trainer');
      if (fault === 'trainer-killed') pool.start('trainer');
    }
    const stuckLooks = model === STAND_IN ? STUCK_LOOKS : REAL_STUCK_LOOKS;
    const count = await answerCounter(broker, codecs, mode);
    let harm: Promise<void> | undefined;
    let answered = 0;
    let idle = 0;
    let hit = false;
    while (answered < questions.length && idle < stuckLooks) {
      const before = answered;
      answered = await count();
      idle = answered > before ? 0 : idle + 1;
      if (answered > 0) {
        harm ??= doHarm({
          pool,
          broker,
          prefix,
          mode,
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          random,
          mark: () => {
            hit ||= answered < questions.length;
            idle = 0;
          },
        });
      }
      await sleep(LOOK_EVERY_MS);
    }
    await harm;
    const complete = answered >= questions.length;
    const standing = complete ? [] : await pool.interrogate();
    // A zombie that wakes last gets its chance to write.
    await sleep(300);
    const stuck = await pool.stop();
    return {
      leavings: await leavingsOf(broker, codecs, mode),
      records: await recordsOf(broker, codecs, mode),
      hit,
      complaints: [...pool.complaints, ...standing],
      stuck,
      complete,
    };
  } finally {
    await pool.killAll();
  }
}
