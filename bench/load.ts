import { firstValueFrom, lastValueFrom } from 'rxjs';
import { openRecordCodecs } from '../src/adapters/avro/record-codecs.ts';
import { openKafkaBroker } from '../src/adapters/kafka/open-kafka-broker.ts';
import { createStandInLanguageModel } from '../src/adapters/memory/stand-in-language-model.ts';
import { answerPartition } from '../src/app/answer-partition.ts';
import { runFingerprint } from '../src/app/replay.ts';
import { scoringOptionsOf } from '../src/app/scoring-options-of.ts';
import { SYSTEM_CLOCK } from '../src/app/system-clock.ts';
import type { Answer } from '../src/events/answer.ts';
import type { Broker, PartitionLease } from '../src/ports/broker.ts';
import { readTopology } from '../src/topology/parse-topology.ts';
import { startKafka } from '../test/support/kafka-server.ts';
import { createBareLoop, type StateShape } from './bare-loop.ts';
import { formatFigure, formatMegabytes, type Measurement } from './result.ts';
import { unwrap } from './unwrap.ts';

/** Options of {@link measureLoad}. */
export interface LoadOptions {
  readonly questions: number;
  readonly rounds: number;
  readonly batch: number;
}

/** A stretch of the stream, worked through by one of the two. */
interface Stretch {
  readonly seconds: number;
  readonly processorSeconds: number;
}

interface Round {
  readonly product: Stretch;
  readonly bare: Stretch;
  /** After the round, whole process. */
  readonly residentBytes: number;
  readonly heapBytes: number;
}

const BARE_GROUP = 'load-bare';
const GROUP = 'load';
/** Records written at once while questions are fed in. */
const FEED = 1000;

const topologyText = (batch: number): string => `version: 1
name: load
topics: {questions: load.questions, answers: load.answers, deadLetters: load.dead-letters}
model: {arenaPositions: 65536}
batch: {maxBatch: ${batch}, maxInFlight: 2}
scoring: {when: never, scores: [verbalized, verbalizedWithEvidence, answerProbability, tokenCertainty]}
gate: {kind: never}
training: {mode: off}
`;

async function timed(work: () => Promise<void>): Promise<Stretch> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - began) / 1000,
    processorSeconds: (user + system) / 1e6,
  };
}

/**
 * Questions per second of the answering pipeline with the stand-in model on a real broker, and of a bare
 * kafkajs loop that reads the same questions, encodes the same answers and writes as much state in
 * transactions of the same size; stretch by stretch, one after the other.
 */
export async function measureLoad({ questions, rounds, batch }: LoadOptions): Promise<Measurement> {
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
  const product = async (): Promise<Stretch> => {
    const group = await broker.join(GROUP, [topics.questions]);
    const lease = counting(await firstValueFrom(group.leases$), written);
    const stretch = await timed(async () => {
      await lastValueFrom(
        answerPartition(lease, {
          topology,
          scoring: scoringOptionsOf(topology, model.description.contextLength),
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
  const size = Math.ceil(questions / rounds);
  // The first stretch warms both up, and shows what an answer and a batch's state look like.
  await feed(Math.min(size, 5000));
  await product();
  const shape: StateShape = {
    entriesPerQuestion: written.entries / written.questions,
    bytesPerEntry: written.bytes / written.entries,
  };
  const bare = await createBareLoop({
    brokers: server.brokers,
    codecs,
    topics: bareTopics,
    groupId: BARE_GROUP,
    batch,
    template: await firstAnswer(broker, topics.answers, codecs.answer.decode),
    state: shape,
  });
  await bare.work(fed);
  for (let round = 0; round < rounds; round++) {
    await feed(size);
    const ours = await product();
    const theirs = await timed(() => bare.work(size));
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    measured.push({ product: ours, bare: theirs, residentBytes: rss, heapBytes: heapUsed });
    process.stderr.write(
      `${fed} questions; ours ${formatFigure(size / ours.seconds)}/s, bare ${formatFigure(size / theirs.seconds)}/s, ${formatMegabytes(rss)}\n`,
    );
  }
  const lag = await lagOf(broker, topics.questions);
  const answers = await countAnswers(broker, topics.answers, codecs.answer.decode, fed);
  await bare.close();
  await broker.close();
  await server.stop();
  return resultOf({ questions: fed, size, batch, shape, measured, lag, answers });
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
  readonly batch: number;
  readonly shape: StateShape;
  readonly measured: readonly Round[];
  readonly lag: number;
  readonly answers: { readonly answered: number; readonly records: number };
}): Measurement {
  const { size, measured } = parts;
  const total = (of: (round: Round) => number): number =>
    measured.reduce((sum, round) => sum + of(round), 0);
  const questions = size * measured.length;
  const perSecond = {
    product: questions / total(({ product }) => product.seconds),
    bare: questions / total(({ bare }) => bare.seconds),
  };
  const ratios = measured
    .map(({ product, bare }) => bare.seconds / product.seconds)
    .toSorted((a, b) => a - b);
  const processorMicroseconds = {
    product: (1e6 * total(({ product }) => product.processorSeconds)) / questions,
    bare: (1e6 * total(({ bare }) => bare.processorSeconds)) / questions,
  };
  const [first, last] = [measured[0]!, measured[measured.length - 1]!];
  const { answered, records } = parts.answers;
  return {
    figures: {
      ...parts,
      perSecond,
      ratio: perSecond.product / perSecond.bare,
      ratios,
      processorMicroseconds,
    },
    table: [
      ['', 'product', 'bare kafkajs'],
      ['questions a second', formatFigure(perSecond.product), formatFigure(perSecond.bare)],
      [
        'processor time a question, µs',
        formatFigure(processorMicroseconds.product),
        formatFigure(processorMicroseconds.bare),
      ],
      [
        'ratio, and of single rounds',
        formatFigure(perSecond.product / perSecond.bare),
        `${formatFigure(ratios[0]!)}–${formatFigure(ratios[ratios.length - 1]!)}`,
      ],
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
    ],
  };
}
