/**
 * Puts an operator of one's own into the pipeline: answers of low confidence go to people, too.
 *
 *     npm run build
 *     node build/examples/own-operator.js
 *
 * The records it adds are committed in the same transaction as the answers, so that a question is sent to
 * review exactly once, whatever happens. Here the broker is in memory and the model a stand-in; with
 * `openEmbeddedLog` and `openLanguageModel` the same pipeline is durable and real.
 */
import { firstValueFrom, lastValueFrom, map, pipe, type MonoTypeOperatorFunction } from 'rxjs';
import {
  answerBatches,
  commitBatches,
  createCredit,
  createMemoryBroker,
  createStandInLanguageModel,
  decodeQuestions,
  inScope,
  loadTopology,
  openRecordCodecs,
  pollBatches,
  publishAnswers,
  restoreAnswerState,
  scoringOptionsOf,
  sharedPrefixes,
  SYSTEM_CLOCK,
  verbalizeBatches,
  type OutgoingRecord,
  type PublishedBatch,
  type Question,
} from 'secl-stream';

const REVIEW = 'qa.review';

/**
 * Adds a record to each batch's commit for every answer that is less sure than `below`, or has no confidence.
 *
 *     source  --a--b--|
 *     result  --A--B--|      A: a with more records to commit
 *
 * State: none. Completion and errors pass through.
 */
function reviewUnsure(below: number): MonoTypeOperatorFunction<PublishedBatch> {
  return map((batch) => {
    const unsure = batch.answers.filter(({ published }) => (published.value ?? 0) < below);
    const records = unsure.map((answer): OutgoingRecord => {
      const line = `${answer.questionId}: ${answer.text} (${answer.published.value?.toFixed(3) ?? 'missing'})`;
      return {
        topic: REVIEW,
        key: new TextEncoder().encode(answer.questionId),
        value: new TextEncoder().encode(line),
      };
    });
    return {
      ...batch,
      commit: { ...batch.commit, records: [...batch.commit.records, ...records] },
    };
  });
}

const QUESTIONS = ['Kenya', 'Peru', 'Norway', 'Egypt', 'Ecuador'].map((country, i): Question => ({
  id: `capital-${i + 1}`,
  text: `What is the capital of ${country}?`,
  style: 'short',
  choices: [],
  domain: 'geography',
  givenAnswer: null,
  deadlineMs: null,
}));

const topology = await loadTopology();
const { topics } = topology;
const scoring = scoringOptionsOf(topology);
const codecs = openRecordCodecs();
const clock = SYSTEM_CLOCK;
const model = createStandInLanguageModel();
const broker = createMemoryBroker({ clock });

await broker.ensureTopics(
  [topics.questions, topics.answers, topics.deadLetters, REVIEW].map((name) => ({ name })),
);
await broker.append(
  QUESTIONS.map((question) => ({
    topic: topics.questions,
    key: new TextEncoder().encode(question.id),
    value: codecs.question.encode(question),
  })),
);

const group = await broker.join('own-operator', [topics.questions]);
const lease = await firstValueFrom(group.leases$);
const credit = createCredit(topology.batch.maxInFlight);
const origin = { model: model.description.name, adapterVersion: 0 };
const committed$ = pollBatches(lease, {
  maxBatch: 2,
  maxWaitMs: topology.batch.maxWaitMs,
  recordsLeft: QUESTIONS.length,
  credit,
  clock,
  drain: new AbortController().signal,
}).pipe(
  decodeQuestions({ codec: codecs.question, tokenizer: model.tokenizer, scoring, clock }),
  inScope(
    model,
    sharedPrefixes(scoring.prompts, model.tokenizer),
    pipe(
      answerBatches(model.tokenizer, scoring, origin),
      verbalizeBatches(model.tokenizer, scoring, origin),
    ),
  ),
  publishAnswers(restoreAnswerState(lease.state), {
    topics,
    answerCodec: codecs.answer,
    deadLetterCodec: codecs.deadLetter,
    model: model.description,
    published: scoring.published,
    scores: scoring.scores,
    stateEntries: new Map(),
    clock,
  }),
  reviewUnsure(0.5),
  commitBatches(credit),
);
const last = await lastValueFrom(committed$);
console.log(`${last.state.consumed} questions answered and committed`);

for await (const { value } of broker.read(REVIEW, 0, 0n))
  console.log(`review ${new TextDecoder().decode(value ?? new Uint8Array())}`);

await group.leave();
await model.close();
await broker.close();
