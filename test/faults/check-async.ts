import { lastValueFrom, toArray } from 'rxjs';
import { decodeStandInAdapter } from '../../src/adapters/memory/stand-in-adapter.ts';
import { answerPartition } from '../../src/app/answer-partition.ts';
import { learningOptionsOf } from '../../src/app/learning-options-of.ts';
import { openLanguageModel } from '../../src/app/open-language-model.ts';
import { scoringOptionsOf } from '../../src/app/scoring-options-of.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import type { TrainingDesk } from '../../src/app/training-desk.ts';
import type { AdapterRecord } from '../../src/events/adapter.ts';
import type { Answer } from '../../src/events/answer.ts';
import type { Question } from '../../src/events/question.ts';
import { isTrialCode } from '../../src/learning/end-trial.ts';
import { learningEntries } from '../../src/learning/learning-entries.ts';
import { INITIAL_LEARNING } from '../../src/learning/learning-state.ts';
import { codecs } from '../support/loop-run.ts';
import { fakeLease } from '../support/operator-fixture.ts';
import { faultTopology } from './fault-config.ts';
import type { RoundRecords } from './fault-round.ts';

/** Differences shown, at most. */
const SHOWN = 10;

/** What of an answer follows from its question and the adapter that it names, by field. */
function followingOf(answer: Answer): Readonly<Record<string, string>> {
  const { domain, style, text, extracted, tokenIds, finishReason, entropyNats } = answer;
  const { published, scores, distractors, duplicateOf, late } = answer;
  const fields = {
    ...{ domain, style, text, extracted, tokenIds, finishReason, entropyNats },
    ...{ published, scores, distractors, duplicateOf, late },
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]),
  );
}

/** What the stand-in answers to each question under an adapter that stays in place; `null`: under none. */
async function answersUnder(
  questions: readonly Question[],
  adapter: AdapterRecord | null,
): Promise<ReadonlyMap<string, ReturnType<typeof followingOf>>> {
  const topology = faultTopology('async');
  const model = await openLanguageModel(topology.model);
  const learning = learningOptionsOf(topology, model);
  if (learning === null) throw new Error('nothing is trained');
  const active = adapter && {
    ...{ version: adapter.version, sha256: adapter.sha256, lora: adapter.lora },
    optimizerSha256: adapter.optimizerSha256,
  };
  // Frozen: nothing is made of what it sees.
  const state = learningEntries(INITIAL_LEARNING, { ...INITIAL_LEARNING, active, frozen: true });
  const lease = fakeLease({
    records: questions.map((asked, i) => ({
      ...{ topic: topology.topics.questions, partition: 0, offset: BigInt(i), key: null },
      ...{ value: codecs.question.encode(asked), headers: {}, timestampMs: 0 },
    })),
    state: new Map([...state].map(([key, value]) => [key, value ?? new Uint8Array()] as const)),
  });
  const desk: TrainingDesk = {
    learning,
    load: ({ weights, version, lora }) =>
      Promise.resolve(decodeStandInAdapter(weights ?? new Uint8Array(), version, lora)),
    recordOf: () => (adapter === null ? Promise.reject(new Error()) : Promise.resolve(adapter)),
    decisionsFrom: (offset) => Promise.resolve({ decisions: [], next: offset }),
    outcomeOf: () => Promise.resolve(undefined),
    expect: () => undefined,
    begin: () => undefined,
    close: () => Promise.resolve(),
  };
  try {
    const batches = await lastValueFrom(
      answerPartition(lease, {
        ...{ topology, model, codecs, clock: SYSTEM_CLOCK, desk, fingerprint: 'any' },
        scoring: scoringOptionsOf(topology, model.description.contextLength),
        drain: new AbortController().signal,
        totalRecords: questions.length,
        trainersWrite: true,
      }).pipe(toArray()),
    );
    return new Map(
      batches
        .flatMap(({ answers }) => answers)
        .map((answer) => [answer.questionId, followingOf(answer)]),
    );
  } finally {
    await model.close();
  }
}

/** What is wrong with a lineage: each version of one batch, trained on the version and weights that the batch names. */
export function lineageFaults({ adapters, batches, decisions }: RoundRecords): string[] {
  const faults: string[] = [];
  const byVersion = new Map(adapters.map((adapter) => [adapter.version, adapter]));
  for (const { version, parentVersion, batchId } of adapters) {
    const twins = adapters.filter((other) => other.version === version);
    if (twins.length > 1) faults.push(`version ${version} is there ${twins.length} times`);
    const batch = batches.find((one) => one.batchId === batchId && one.ordinal === version);
    if (batch === undefined) {
      faults.push(`version ${version} comes of no batch`);
      continue;
    }
    const parent = byVersion.get(parentVersion);
    if (parentVersion >= version || (parentVersion > 0 && parent === undefined))
      faults.push(`version ${version} has the parent ${parentVersion}`);
    if (
      batch.parentVersion !== parentVersion ||
      batch.parentSha256 !== (parent?.sha256 ?? null) ||
      batch.parentOptimizerSha256 !== (parent?.optimizerSha256 ?? null)
    )
      faults.push(`version ${version} was trained on another parent than its batch names`);
  }
  const accepted = decisions.filter(
    ({ decision, code }) => decision === 'accepted' && !isTrialCode(code),
  );
  for (const { version } of accepted) {
    if (!byVersion.has(version)) faults.push(`version ${version} was accepted and is not there`);
    if (accepted.filter((other) => other.version === version).length > 1)
      faults.push(`version ${version} was accepted more than once`);
  }
  return faults;
}

/**
 * What is wrong with a round that trains while it answers. No two of those take up the same adapters at the same
 * questions, so that each answer is held to what the stand-in gives under the adapter that it names.
 *
 * @param state - What the answering group remembers of its questions, by partition and entry.
 * @param wanted - The same of an undisturbed run that trains nothing, in which the same questions are asked.
 * @returns Sentences; none when all is well.
 */
export async function asyncFaults(
  records: RoundRecords,
  questions: readonly Question[],
  state: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const { answers, letters, adapters, decisions } = records;
  const { topics } = faultTopology('async');
  const faults = lineageFaults(records);
  const given = new Map<string, number>();
  for (const { questionId } of answers) given.set(questionId, (given.get(questionId) ?? 0) + 1);
  const ofQuestions = letters.filter(({ sourceTopic }) => sourceTopic.endsWith(topics.questions));
  const unasked = questions.filter(({ text }) => text.trim() === '');
  if (ofQuestions.length !== unasked.length)
    faults.push(`${ofQuestions.length} dead letters of questions, not ${unasked.length}`);
  for (const { id, text } of questions) {
    const count = given.get(id) ?? 0;
    const due = text.trim() === '' ? 0 : 1;
    if (count !== due) faults.push(`${id} was answered ${count} times`);
  }
  const acted = new Set(
    decisions.filter(({ decision }) => decision === 'accepted').map(({ version }) => version),
  );
  const references = new Map<number, Awaited<ReturnType<typeof answersUnder>>>();
  for (const version of new Set(answers.map(({ published }) => published.adapterVersion))) {
    const adapter = adapters.find((one) => one.version === version) ?? null;
    if (version > 0 && (adapter === null || !acted.has(version)))
      faults.push(`answers name version ${version}, which was not accepted`);
    else references.set(version, await answersUnder(questions, adapter));
  }
  for (const answer of answers) {
    const { questionId, published } = answer;
    const due = references.get(published.adapterVersion)?.get(questionId);
    if (due === undefined) continue;
    for (const [name, value] of Object.entries(followingOf(answer)))
      if (value !== due[name])
        faults.push(`${questionId}: ${name} ${value} instead of ${due[name]}`);
  }
  // The fingerprint names the mode; adapters change neither gate nor what is remembered of questions.
  const lasts = (name: string): boolean => /^\d+ (answers\/(?!fingerprint)|gate\/)/.test(name);
  for (const name of new Set([...state.keys(), ...wanted.keys()].filter(lasts)))
    if (state.get(name) !== wanted.get(name))
      faults.push(`state ${name}: ${state.get(name)} instead of ${wanted.get(name)}`);
  return faults.map((sentence) => sentence.slice(0, 600)).slice(0, SHOWN);
}
