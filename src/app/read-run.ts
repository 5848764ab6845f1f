import { newestVerdict } from '../verdict/verdict-board.ts';
import { openRecordCodecs } from '../adapters/avro/record-codecs.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Broker } from '../ports/broker.ts';
import type { Codec } from '../ports/record-codec.ts';
import type { RunReport } from '../report/run-report.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import { listSettings } from '../topology/list-settings.ts';
import { rowOf } from './label-answers.ts';
import { lineageOf } from './lineage-of.ts';
import { openRunLog, type RunLog } from './open-run-log.ts';
import { readWholeTopic } from './read-whole-topic.ts';
import { outcomeOfRows } from './replay-outcome.ts';
import type { RunSettings } from './run-settings.ts';

/** Name under which a run's provenance keeps the hash of the model's file. */
const MODEL_FILE = 'Model file (SHA-256)';
/** Where a run of an older version says nothing. */
const UNKNOWN = 'unknown';

/** A topic's records, and how many more cannot be read. */
interface TopicRecords<T> {
  readonly values: readonly T[];
  readonly unreadable: number;
}

/** All records of a topic, partition by partition; a topic that is not there yet has none. */
async function readTopic<T>(log: Broker, topic: string, codec: Codec<T>): Promise<TopicRecords<T>> {
  const values: T[] = [];
  let unreadable = 0;
  for await (const { value } of readWholeTopic(log, topic)) {
    if (value === null) continue;
    const decoded = codec.decode(value);
    if (decoded.ok) values.push(decoded.value);
    else unreadable += 1;
  }
  return { values, unreadable };
}

/** How many records a topic has. */
async function countRecords(log: Broker, topic: string): Promise<number> {
  let count = 0;
  for await (const { value } of readWholeTopic(log, topic)) if (value !== null) count += 1;
  return count;
}

/** The line of adapters that is the run's own: a folder may hold others, as imports are. */
function isOwnLineage(lineage: string, model: string, settings: RunSettings | undefined): boolean {
  const file = settings?.provenance.find(({ name }) => name === MODEL_FILE)?.value;
  return file === undefined
    ? lineage.startsWith(`${model}-`)
    : lineage === lineageOf({ name: model, fileSha256: file });
}

/** A consumed record with its place. */
interface Consumed {
  readonly sourcePartition: number;
  readonly sourceOffset: number;
}

/**
 * Positions of consumed records, from 0, in the order of a partition's offsets; of several partitions, one after the
 * other: a run says nothing of how their questions were mixed.
 */
function positionsOf(records: readonly Consumed[]): (record: Consumed) => number {
  const keyOf = ({ sourcePartition, sourceOffset }: Consumed): string =>
    `${sourcePartition}/${sourceOffset}`;
  const order = records.toSorted(
    (a, b) => a.sourcePartition - b.sourcePartition || a.sourceOffset - b.sourceOffset,
  );
  const positions = new Map(order.map((record, i) => [keyOf(record), i]));
  return (record) => positions.get(keyOf(record)) ?? 0;
}

/** A run's committed records, summed up. */
async function reportOf(run: RunLog, folder: string): Promise<RunReport> {
  const { log, topology, title, settings } = run;
  const { topics } = topology;
  const codecs = openRecordCodecs();
  const answers = await readTopic(log, topics.answers, codecs.answer);
  const labels = await readTopic(log, topics.feedback, codecs.feedback);
  const letters = await readTopic(log, topics.deadLetters, codecs.deadLetter);
  const adapters = await readTopic(log, topics.adapters, codecs.adapter);
  const decisions = await readTopic(log, topics.adapterDecisions, codecs.adapterDecision);
  const windows = await readTopic(log, topics.calibration, codecs.calibrationWindow);
  const asked = await countRecords(log, topics.questions);

  const deadLetters = letters.values.filter(({ sourceTopic }) => sourceTopic === topics.questions);
  const positionOf = positionsOf([...answers.values, ...deadLetters]);
  // The newest label of an id counts: labels may be corrected.
  const labelOf = new Map(labels.values.map((label) => [label.questionId, label]));
  const rows = answers.values
    .map((answer) =>
      rowOf(answer, positionOf(answer), labelOf.get(answer.questionId) ?? null, matchFeedback),
    )
    .toSorted((a, b) => a.index - b.index);

  const model = settings?.model ?? answers.values[0]?.model ?? UNKNOWN;
  const isOwn = ({ lineage }: { readonly lineage: string }): boolean =>
    isOwnLineage(lineage, model, settings);
  const versions = new Map(
    adapters.values.filter(isOwn).map((record) => [record.version, record] as const),
  );
  const consumed = answers.values.length + deadLetters.length;
  const complete = consumed > 0 && consumed >= Math.max(settings?.questions ?? 0, asked);
  const outcome = outcomeOfRows(
    {
      answers: answers.values,
      deadLetters,
      adapters: [...versions.values()].toSorted((a, b) => a.version - b.version),
      decisions: decisions.values.filter(isOwn),
      complete,
    },
    rows,
    topology,
  );
  const left: readonly (readonly [string, number])[] = [
    ['answers', answers.unreadable],
    ['labels', labels.unreadable],
    ['dead letters', letters.unreadable],
    ['adapters', adapters.unreadable + decisions.unreadable],
    ['calibration windows', windows.unreadable],
  ];
  return {
    folder,
    title,
    model,
    topology: topology.name,
    seed: topology.seed,
    startedAt: settings?.startedAt ?? UNKNOWN,
    complete,
    publishedSource: topology.confidence.published,
    provenance: settings?.provenance ?? [],
    settings: listSettings(topology).map(({ path, value }) => ({
      name: path,
      value: JSON.stringify(value),
    })),
    notes: [
      ...left
        .filter(([, count]) => count > 0)
        .map(
          ([what, count]) => `${count} ${what} cannot be read by this version and are left out.`,
        ),
      ...(settings === undefined
        ? ['The run keeps no settings of its own; those of the topology are shown.']
        : []),
    ],
    ...outcome,
    verdict: newestVerdict(windows.values),
  };
}

/**
 * Reads a run's folder and sums up what was committed. For a finished replay with ids of their own, the summary is the
 * one that the replay printed. Records that cannot be read are counted in the notes.
 *
 * @param topology - File; wins over the topology that the run was made with.
 * @throws SeclError `FILE_UNREADABLE` if there is no run; `LOG_IN_USE` while a process works on it; `LOG_CORRUPT`.
 */
export async function readRun(folder: string, topology?: string): Promise<RunReport> {
  const run = await openRunLog(folder, topology).catch((error: unknown) => {
    if (!(error instanceof SeclError) || error.code !== 'LOG_IN_USE') throw error;
    throw new SeclError('LOG_IN_USE', error.message, {
      hint: 'Wait until the command that works on the run ends, or stop it with Ctrl-C; `secl replay --report FILE` writes a page when it ends.',
      cause: error,
    });
  });
  try {
    return await reportOf(run, folder);
  } finally {
    await run.log.close();
  }
}
