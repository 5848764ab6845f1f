import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { fromAbortable } from '../../../src/operators/from-abortable.ts';

test('gives the value and completes, once per subscription', async () => {
  let runs = 0;
  const value$ = fromAbortable(() => Promise.resolve(++runs));
  assert.equal(await lastValueFrom(value$), 1);
  assert.equal(await firstValueFrom(value$), 2);
});

test('a rejection is an error notification', async () => {
  await assert.rejects(lastValueFrom(fromAbortable(() => Promise.reject(new Error('no')))), /no/);
});

test('unsubscribing aborts the work', () => {
  let signal: AbortSignal | undefined;
  const subscription = fromAbortable((given) => {
    signal = given;
    return new Promise<never>(() => undefined);
  }).subscribe();
  assert.equal(signal?.aborted, false);
  subscription.unsubscribe();
  assert.equal(signal.aborted, true);
});

test('work that throws before it begins is an error notification', async () => {
  const broken$ = fromAbortable((): Promise<never> => {
    throw new Error('sync');
  });
  await assert.rejects(lastValueFrom(broken$), /sync/);
});

test('what comes after unsubscribing is heard by nobody, and a late failure is not unhandled', async () => {
  const heard: unknown[] = [];
  for (const settle of [() => Promise.resolve(1), () => Promise.reject(new Error('late'))]) {
    const subscription = fromAbortable(settle).subscribe({
      next: (value) => heard.push(value),
      error: (error: unknown) => heard.push(error),
      complete: () => heard.push('complete'),
    });
    subscription.unsubscribe();
  }
  await setImmediate();
  assert.deepEqual(heard, []);
});
