import { Session } from 'node:inspector/promises';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { openRecordCodecs } from '../src/adapters/avro/record-codecs.ts';
import { openKafkaBroker } from '../src/adapters/kafka/open-kafka-broker.ts';
import { createStandInLanguageModel } from '../src/adapters/memory/stand-in-language-model.ts';
import { answerPartition } from '../src/app/answer-partition.ts';
import { runFingerprint } from '../src/app/replay.ts';
import { scoringOptionsOf } from '../src/app/scoring-options-of.ts';
import { SYSTEM_CLOCK } from '../src/app/system-clock.ts';
import type { Answer } from '../src/events/answer.ts';
import type { Question } from '../src/events/question.ts';
import type { Broker, PartitionLease } from '../src/ports/broker.ts';
import type { LanguageModel } from '../src/ports/language-model.ts';
import { freeScores } from '../src/secl/free-scores.ts';
import { planQuestion } from '../src/secl/plan-question.ts';
import type { ScoringOptions } from '../src/secl/scoring-options.ts';
import { sharedPrefixes } from '../src/secl/shared-prefixes.ts';
import { verbalizeAnswers } from '../src/secl/verbalize-answers.ts';
import type { PlannedQuestion, WrittenAnswer } from '../src/secl/work.ts';
import { writeAnswers } from '../src/secl/write-answers.ts';
import { readTopology } from '../src/topology/parse-topology.ts';
import { startKafka } from '../test/support/kafka-server.ts';
import { createBareLoop, type StateShape } from './bare-loop.ts';
import { profileAreas, type Areas } from './profile-areas.ts';
import { formatFigure, formatMegabytes, type Measurement } from './result.ts';
import { unwrap } from './unwrap.ts';

/** Options of {@link measureLoad}. */
export interface LoadOptions {
  readonly questions: number;
  readonly rounds: number;
  readonly batch: number;
  /** Of each round's questions, what each bare loop works through. In `(0, 1]`. */
  readonly bareShare: number;
  /** No round begins later than this; what was done by then counts. */
  readonly minutes: number;
}

/** A stretch of the stream, worked through by one of the three. */
interface Stretch {
  readonly questions: number;
  readonly seconds: number;
  readonly processorSeconds: number;
}

type Contestant = 'product' | 'bare' | 'bareWithModel';

interface Round {
  readonly product: Stretch;
  readonly bare: Stretch;
  /** The bare loop with the method and the model in it. */
  readonly bareWithModel: Stretch;
  /** Since the measurement began. */
  readonly atSeconds: number;
  /** After the round's part of the product, whole process. */
  readonly residentBytes: number;
  readonly heapBytes: number;
}

const GROUP = 'load';
/** Records written at once while questions are fed in. */
const FEED = 1000;
/** Questions that are answered once more under a profiler, at most. */
const PROFILED = 20_000;
/** The parts of a worker that its time is told apart by. */
const AREAS: Areas = {
  kafka: /kafkajs|\/src\/adapters\/kafka\/|\/src\/broker\//,
  avro: /avsc|\/src\/adapters\/avro\//,
  model: /\/src\/(adapters\/memory|decoding)\//,
  method: /\/src\/(secl|text)\//,
  pipeline: /\/rxjs\/|\/src\/(operators|app|learning|drift)\//,
};
/** Between two looks at the process's memory. */
const SAMPLE_MS = 10_000;

const topologyText = (batch: number): string => `version: 1
name: load
topics: {questions: load.questions, answers: load.answers, deadLetters: load.dead-letters}
model: {arenaPositions: 65536}
batch: {maxBatch: ${batch}, maxInFlight: 2}
scoring: {when: never, scores: [verbalized, verbalizedWithEvidence, answerProbability, tokenCertainty]}
gate: {kind: never}
training: {mode: off}
`;

/** @param work - Its work begins when it calls `onJoined`, if it does: to join a group is no part of it. */
async function timed(
  questions: number,
  work: (onJoined: () => void) => Promise<void>,
): Promise<Stretch> {
  let [began, cpu] = [performance.now(), process.cpuUsage()];
  await work(() => {
    [began, cpu] = [performance.now(), process.cpuUsage()];
  });
  const { user, system } = process.cpuUsage(cpu);
  return {
    questions,
    seconds: (performance.now() - began) / 1000,
    processorSeconds: (user + system) / 1e6,
  };
}

/** The method and the model without anything around them: what the pipeline asks of them, on a batch. */
function thinker(
  model: LanguageModel,
  scoring: ScoringOptions,
): (questions: readonly Question[]) => Promise<void> {
  const { tokenizer, description } = model;
  const prefixes = sharedPrefixes(scoring.prompts, tokenizer);
  const origin = { model: description.name, adapterVersion: 0 };
  return async (questions) => {
    const plans = questions.map((question) => planQuestion(question, tokenizer, scoring));
    const scope = await model.openScope(prefixes, {});
    const written = await writeAnswers(scope, tokenizer, plans as PlannedQuestion[], scoring);
    const answers = (written as WrittenAnswer[]).map((answer) => ({
      ...answer,
      scores: freeScores(answer, origin),
    }));
    await verbalizeAnswers(scope, tokenizer, answers, scoring, origin);
    await scope.close();
  };
}

/**
 * Questions per second of the answering pipeline with the stand-in model on a real broker, and of two bare kafkajs
 * loops that read the same questions, encode the same answers and write as much state in transactions of the same
 * size; stretch by stretch, one after the other. One of the two has the method and the model in it, so that what the
 * pipeline itself costs can be told from them.
 */
export async function measureLoad(options: LoadOptions): Promise<Measurement> {
  const { questions, rounds, batch, bareShare, minutes } = options;
  const began = performance.now();
  const server = await startKafka();
  const broker = await openKafkaBroker({
    brokers: server.brokers,
    clientId: 'load',
    clock: SYSTEM_CLOCK,
  });
  const topology = readTopology(topologyText(batch), 'load.yaml');
  const { topics } = topology;
  const codecs = openRecordCodecs();
  const model = createStandInLanguageModel();
  const scoring = scoringOptionsOf(topology, model.description.contextLength);
  const fingerprint = runFingerprint(topology, model, codecs);
  const bareTopics = {
    questions: topics.questions,
    answers: 'load.bare-answers',
    state: 'load.bare-state',
  };
  await broker.ensureTopics([
    { name: topics.questions },
    { name: topics.answers },
    { name: topics.deadLetters },
    { name: bareTopics.answers },
    { name: bareTopics.state, compacted: true },
  ]);
  const written = { questions: 0, entries: 0, bytes: 0 };
  let fed = 0;
  const feed = async (count: number): Promise<void> => {
    const ordinals = Array.from({ length: count }, (_, i) => fed + i);
    fed += count;
    for (let from = 0; from < count; from += FEED)
      await broker.append(
        ordinals.slice(from, from + FEED).map((i) => ({
          topic: topics.questions,
          key: new TextEncoder().encode(`q-${i}`),
          value: codecs.question.encode({
            id: `q-${i}`,
            text: `What is ${(i * 7919) % 9973} − ${(i * 31) % 4001}?`,
            style: 'short',
            domain: 'arithmetic',
            choices: [],
            givenAnswer: null,
            deadlineMs: null,
          }),
        })),
      );
  };
  const product = async (count: number): Promise<Stretch> => {
    const group = await broker.join(GROUP, [topics.questions]);
    const lease = counting(await firstValueFrom(group.leases$), written);
    const stretch = await timed(count, async () => {
      await lastValueFrom(
        answerPartition(lease, {
          topology,
          scoring,
          model,
          codecs,
          clock: SYSTEM_CLOCK,
          drain: new AbortController().signal,
          totalRecords: fed,
          fingerprint,
          desk: null,
        }),
      );
    });
    await group.leave();
    return stretch;
  };

  const measured: Round[] = [];
  const residentSamples: (readonly [seconds: number, bytes: number])[] = [];
  const seconds = (): number => Math.round((performance.now() - began) / 1000);
  const sampling = setInterval(() => {
    residentSamples.push([seconds(), process.memoryUsage.rss()]);
  }, SAMPLE_MS);
  const size = Math.ceil(questions / rounds);
  const share = Math.ceil(size * bareShare);
  // The first stretch warms all up, and shows what an answer and a batch's state look like.
  const warm = Math.min(size, 5000);
  await feed(warm);
  await product(warm);
  const shape: StateShape = {
    entriesPerQuestion: written.entries / written.questions,
    bytesPerEntry: written.bytes / written.entries,
  };
  const loop = {
    brokers: server.brokers,
    codecs,
    topics: bareTopics,
    batch,
    template: await firstAnswer(broker, topics.answers, codecs.answer.decode),
    state: shape,
  };
  const bare = await createBareLoop({ ...loop, groupId: 'load-bare' });
  const think = thinker(model, scoring);
  const bareWithModel = await createBareLoop({ ...loop, groupId: 'load-bare-model', think });
  await bare.work(warm);
  await bareWithModel.work(warm);
  for (let round = 0; round < rounds && seconds() < 60 * minutes; round++) {
    await feed(size);
    const ours = await product(size);
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const atSeconds = seconds();
    const theirs = await timed(share, (onJoined) => bare.work(share, onJoined));
    const theirsWithModel = await timed(share, (onJoined) => bareWithModel.work(share, onJoined));
    measured.push({
      product: ours,
      bare: theirs,
      bareWithModel: theirsWithModel,
      atSeconds,
      residentBytes: rss,
      heapBytes: heapUsed,
    });
    process.stderr.write(
      `${fed} questions; a second: ours ${formatFigure(speed(ours))}, bare ${formatFigure(speed(theirs))}, with the model ${formatFigure(speed(theirsWithModel))}; ${formatMegabytes(rss)}\n`,
    );
  }
  clearInterval(sampling);
  const profiled = Math.min(size, PROFILED);
  await feed(profiled);
  const profile = await profileOf(() => product(profiled));
  const lag = await lagOf(broker, topics.questions);
  const answers = await countAnswers(broker, topics.answers, codecs.answer.decode, fed);
  await bare.close();
  await bareWithModel.close();
  await broker.close();
  await server.stop();
  return resultOf({
    ...{ questions: fed, size, share, batch, shape },
    ...{ measured, residentSamples, profile, lag, answers },
  });
}

/** Fractions of the main thread's busy time. A profile samples by the wall clock: it gives shares, no times. */
async function profileOf(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return profileAreas(profile, AREAS);
}

function speed({ questions, seconds }: Stretch): number {
  return questions / seconds;
}

/** Counts the state that a lease commits. */
function counting(
  lease: PartitionLease,
  written: { questions: number; entries: number; bytes: number },
): PartitionLease {
  const { topic, partition, startOffset, state, revoked } = lease;
  return {
    topic,
    partition,
    startOffset,
    state,
    revoked,
    poll: (options) => lease.poll(options),
    commit: (commit) => {
      written.questions += commit.records.length;
      for (const [key, value] of commit.state) {
        written.entries += 1;
        written.bytes += key.length + (value?.length ?? 0);
      }
      return lease.commit(commit);
    },
  };
}

async function firstAnswer(
  broker: Broker,
  topic: string,
  decode: ReturnType<typeof openRecordCodecs>['answer']['decode'],
): Promise<Answer> {
  for await (const { value } of broker.read(topic, 0, 0n)) return unwrap(decode(value!));
  throw new Error('nothing was answered');
}

/** Questions that the group has not committed. */
async function lagOf(broker: Broker, topic: string): Promise<number> {
  const { end } = await broker.bounds(topic, 0);
  const records: bigint[] = [];
  const committed = (await broker.committedOffset(GROUP, topic, 0)) ?? 0n;
  for await (const { offset } of broker.read(topic, 0, committed)) records.push(offset);
  return records.length === 0 ? 0 : Number(end - committed);
}

/** How many questions have exactly one committed answer, and how many answers there are. */
async function countAnswers(
  broker: Broker,
  topic: string,
  decode: ReturnType<typeof openRecordCodecs>['answer']['decode'],
  questions: number,
): Promise<{ readonly answered: number; readonly records: number }> {
  const seen = new Uint8Array(questions);
  let records = 0;
  for await (const { value } of broker.read(topic, 0, 0n)) {
    records += 1;
    const ordinal = Number(unwrap(decode(value!)).questionId.slice(2));
    seen[ordinal] = Math.min(255, (seen[ordinal] ?? 0) + 1);
  }
  return { answered: seen.reduce((sum, count) => sum + Number(count === 1), 0), records };
}

function resultOf(parts: {
  readonly questions: number;
  readonly size: number;
  readonly share: number;
  readonly batch: number;
  readonly shape: StateShape;
  readonly measured: readonly Round[];
  /** Of the whole process, over all of the measurement. */
  readonly residentSamples: readonly (readonly [seconds: number, bytes: number])[];
  /** Of the product's busy time, by area. */
  readonly profile: Readonly<Record<string, number>>;
  readonly lag: number;
  readonly answers: { readonly answered: number; readonly records: number };
}): Measurement {
  const { measured } = parts;
  const whole = (of: (round: Round) => Stretch): Stretch => {
    const sum = (field: keyof Stretch): number =>
      measured.reduce((total, round) => total + of(round)[field], 0);
    return {
      questions: sum('questions'),
      seconds: sum('seconds'),
      processorSeconds: sum('processorSeconds'),
    };
  };
  const [product, bare, bareWithModel] = [
    whole((round) => round.product),
    whole((round) => round.bare),
    whole((round) => round.bareWithModel),
  ];
  const each = (of: (stretch: Stretch) => number): Record<Contestant, number> => ({
    product: of(product),
    bare: of(bare),
    bareWithModel: of(bareWithModel),
  });
  const perSecond = each(speed);
  const processorMicroseconds = each(
    ({ questions, processorSeconds }) => (1e6 * processorSeconds) / questions,
  );
  const ratio = perSecond.product / perSecond.bare;
  const ratioWithModel = perSecond.product / perSecond.bareWithModel;
  const ratiosTo = (other: 'bare' | 'bareWithModel'): number[] =>
    measured.map((round) => speed(round.product) / speed(round[other])).toSorted((a, b) => a - b);
  const [ratios, ratiosWithModel] = [ratiosTo('bare'), ratiosTo('bareWithModel')];
  const [first, last] = [measured[0]!, measured[measured.length - 1]!];
  const { answered, records } = parts.answers;
  const range = (values: readonly number[]): string =>
    `${formatFigure(values[0]!)}–${formatFigure(values[values.length - 1]!)}`;
  const cells = (row: Record<Contestant, number>): string[] => [
    formatFigure(row.product),
    formatFigure(row.bare),
    formatFigure(row.bareWithModel),
  ];
  return {
    figures: {
      ...parts,
      perSecond,
      ratio,
      ratioWithModel,
      ratios,
      ratiosWithModel,
      processorMicroseconds,
    },
    table: [
      ['', 'product', 'bare kafkajs', 'bare, with model'],
      ['questions a second', ...cells(perSecond)],
      ['processor time a question, µs', ...cells(processorMicroseconds)],
      ['product’s speed over it', '', formatFigure(ratio), formatFigure(ratioWithModel)],
      ['… in single rounds', '', range(ratios), range(ratiosWithModel)],
      [
        'resident memory, first and last round',
        formatMegabytes(first.residentBytes),
        formatMegabytes(last.residentBytes),
      ],
      [
        'questions with exactly one answer',
        String(answered),
        `of ${parts.questions}, ${records} records`,
      ],
      ['lag at the end', String(parts.lag), ''],
      ...Object.entries(parts.profile)
        .toSorted(([, a], [, b]) => b - a)
        .map(([area, share]) => [`of the product’s time: ${area}`, `${Math.round(100 * share)}%`]),
    ],
  };
}
