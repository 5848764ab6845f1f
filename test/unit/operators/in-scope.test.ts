import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  concatMap,
  finalize,
  from,
  identity,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { inScope } from '../../../src/operators/in-scope.ts';
import { NO_LOOP } from '../../../src/operators/question-batch.ts';
import type {
  AnsweredBatch,
  PlannedBatch,
  ScopedBatch,
} from '../../../src/operators/question-batch.ts';
import type { LanguageModel, ModelScope, ScopeOptions } from '../../../src/ports/language-model.ts';
import type { TokenIds } from '../../../src/ports/tokenizer.ts';
import { operatorContract } from '../../support/operator-contract.ts';
import { plannedBatch, recordBatch, recordOf } from '../../support/operator-fixture.ts';
import { scriptedScope } from '../../support/scripted-scope.ts';
import { written } from '../../support/secl-fixture.ts';

/** A model that keeps a log of its scopes. */
interface LoggedModel {
  readonly model: LanguageModel;
  readonly log: string[];
  readonly prefixes: (readonly TokenIds[] | undefined)[];
  readonly opened: (ScopeOptions | undefined)[];
}

function loggedModel(
  open: (scope: ModelScope) => Promise<ModelScope> = async (s) => s,
): LoggedModel {
  const log: string[] = [];
  const prefixes: (readonly TokenIds[] | undefined)[] = [];
  let count = 0;
  const opened: (ScopeOptions | undefined)[] = [];
  const openScope = (shared?: readonly TokenIds[], options?: ScopeOptions): Promise<ModelScope> => {
    opened.push(options);
    const name = `scope ${++count}`;
    log.push(`open ${name}`);
    prefixes.push(shared);
    const scope = {
      ...scriptedScope(),
      close: async () => {
        log.push(`close ${name}`);
      },
    };
    return open(scope);
  };
  return { model: { openScope } as unknown as LanguageModel, log, prefixes, opened };
}

const answering = map((batch: ScopedBatch): ScopedBatch => ({
  ...batch,
  answers: batch.planned.map(({ plan }) => written('Lima', { id: plan.question.id })),
}));

/** Lets promises settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await nextTurn();
}

operatorContract('inScope', () => ({
  operator: inScope(loggedModel().model, [], answering),
  items: [plannedBatch([0, 1]), plannedBatch([2])],
  show: (batch) => [batch.answers.map(({ question }) => question.id), 'scope' in batch],
  expected: [
    [['q0', 'q1'], false],
    [['q2'], false],
  ],
}));

test('each batch has a scope of its own with the shared prefixes, closed when it is through', async () => {
  const { model, log, prefixes } = loggedModel();
  const batches = [plannedBatch([0]), plannedBatch([1])];
  await lastValueFrom(from(batches).pipe(inScope(model, [[1, 2]], answering)));
  await settle();
  assert.deepEqual(log.toSorted(), [
    'close scope 1',
    'close scope 2',
    'open scope 1',
    'open scope 2',
  ]);
  assert.deepEqual(prefixes, [[[1, 2]], [[1, 2]]]);
});

test('scopes are opened as it is told', async () => {
  const { model, opened } = loggedModel();
  await lastValueFrom(of(plannedBatch([0])).pipe(inScope(model, [], answering)));
  const options = { adaptAll: true };
  const adapted = inScope(model, [], answering, identity, options);
  await lastValueFrom(of(plannedBatch([1])).pipe(adapted));
  assert.deepEqual(opened, [{}, options]);
});

test('a batch without a question that can be asked takes no scope, and keeps its place', async () => {
  const { model, log } = loggedModel();
  const empty: PlannedBatch = {
    ...recordBatch([recordOf(1, null)]),
    ...NO_LOOP,
    planned: [],
    unanswerable: [],
    startedMs: 0,
  };
  const batches = [plannedBatch([0]), empty, plannedBatch([2])];
  const result = await lastValueFrom(from(batches).pipe(inScope(model, [], answering), toArray()));
  assert.deepEqual(
    result.map((batch) => [Number(batch.records[0]?.offset), batch.answers.length]),
    [
      [0, 1],
      [1, 0],
      [2, 1],
    ],
  );
  assert.equal(log.filter((line) => line.startsWith('open')).length, 2);
});

test('a stage that fails, or throws, leaves no scope open', async () => {
  const stages = [
    mergeMap(() => throwError(() => new Error('stage'))),
    map((): ScopedBatch => {
      throw new Error('stage');
    }),
  ];
  for (const stage of stages) {
    const { model, log } = loggedModel();
    await assert.rejects(
      lastValueFrom(of(plannedBatch([0])).pipe(inScope(model, [], stage))),
      /stage/,
    );
    await settle();
    assert.deepEqual(log, ['open scope 1', 'close scope 1']);
  }
});

test('unsubscribing closes the scope, in a stage or while it is being opened', async () => {
  const { model, log } = loggedModel();
  const hanging = mergeMap(() => NEVER);
  const inStage = of(plannedBatch([0]))
    .pipe(inScope(model, [], hanging))
    .subscribe();
  await settle();
  assert.deepEqual(log, ['open scope 1']);
  inStage.unsubscribe();
  await settle();
  assert.deepEqual(log, ['open scope 1', 'close scope 1']);

  let grant: () => void = () => undefined;
  const slow = loggedModel(
    (scope) =>
      new Promise((resolve) => {
        grant = () => {
          resolve(scope);
        };
      }),
  );
  const opening = of(plannedBatch([0]))
    .pipe(inScope(slow.model, [], answering))
    .subscribe();
  opening.unsubscribe();
  await settle();
  assert.deepEqual(slow.log, ['open scope 1']);
  grant();
  await settle();
  assert.deepEqual(
    slow.log,
    ['open scope 1', 'close scope 1'],
    'a scope that nobody wants any more',
  );
});

test('a model that opens no scope is an error notification, and nothing is left unhandled', async () => {
  const { model } = loggedModel(() => Promise.reject(new Error('closed')));
  const result$ = of(plannedBatch([0])).pipe(inScope(model, [], answering));
  await assert.rejects(lastValueFrom(result$), /closed/);
  const thrown = {
    openScope: () => {
      throw new Error('broken');
    },
  } as unknown as LanguageModel;
  await assert.rejects(
    lastValueFrom(of(plannedBatch([0])).pipe(inScope(thrown, [], answering))),
    /broken/,
  );
  await settle();
});

test('prepares each batch when the one before is through, before its scope is opened', async () => {
  const { model, log } = loggedModel();
  const prepare = concatMap(async (batch: PlannedBatch): Promise<PlannedBatch> => {
    log.push(`prepare ${batch.planned[0]?.plan.question.id ?? ''}`);
    await settle();
    return { ...batch, adapterVersion: 7 };
  });
  const through = tap((batch: AnsweredBatch) => {
    log.push(`through ${batch.answers[0]?.question.id ?? ''}`);
  });
  const batches = [plannedBatch([0]), plannedBatch([1])];
  const result = await lastValueFrom(
    from(batches).pipe(inScope(model, [], answering, prepare), through, toArray()),
  );
  assert.deepEqual(
    log.filter((line) => !line.startsWith('close')),
    ['prepare q0', 'open scope 1', 'through q0', 'prepare q1', 'open scope 2', 'through q1'],
  );
  assert.deepEqual(
    result.map(({ adapterVersion }) => adapterVersion),
    [7, 7],
  );
});

test('a batch without a question is prepared too; a preparation that fails opens no scope', async () => {
  const { model, log } = loggedModel();
  const failing = concatMap((): Promise<PlannedBatch> => Promise.reject(new Error('unprepared')));
  const empty = { ...plannedBatch([0]), planned: [] };
  for (const batch of [empty, plannedBatch([0])])
    await assert.rejects(
      lastValueFrom(of(batch).pipe(inScope(model, [], answering, failing))),
      /unprepared/,
    );
  await settle();
  assert.deepEqual(log, []);
});

test('unsubscribing ends a preparation, and opens no scope', async () => {
  const { model, log } = loggedModel();
  let ended = false;
  const prepare = mergeMap((_: PlannedBatch) =>
    NEVER.pipe(
      finalize(() => {
        ended = true;
      }),
    ),
  );
  const subscription = of(plannedBatch([0]))
    .pipe(inScope(model, [], answering, prepare))
    .subscribe();
  subscription.unsubscribe();
  await settle();
  assert.deepEqual([ended, log], [true, []]);
});
