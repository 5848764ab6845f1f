import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  concat,
  EMPTY,
  from,
  lastValueFrom,
  NEVER,
  of,
  Subject,
  throwError,
  toArray,
  type OperatorFunction,
} from 'rxjs';

/** An operator under the cases that every operator has to stand. */
export interface OperatorCase<In, Out> {
  readonly operator: OperatorFunction<In, Out>;
  /** Two items, or more. */
  readonly items: readonly In[];
  /** What they become, in a form that can be compared. */
  readonly show: (out: Out) => unknown;
  readonly expected: readonly unknown[];
}

/**
 * Runs the cases of every operator: empty, never, error, unsubscribed early, second subscription, synchronous
 * source. What is particular to one operator is its own test.
 *
 * @param make - Makes a case anew for each test.
 */
export function operatorContract<In, Out>(name: string, make: () => OperatorCase<In, Out>): void {
  describe(`${name}, as any operator`, () => {
    it('completes with an empty source', async () => {
      assert.deepEqual(await lastValueFrom(EMPTY.pipe(make().operator, toArray())), []);
    });

    it('says nothing while its source does not', async () => {
      const heard: unknown[] = [];
      const subscription = NEVER.pipe(make().operator).subscribe({
        next: (value) => heard.push(value),
        error: (error: unknown) => heard.push(error),
        complete: () => heard.push('complete'),
      });
      await nextTurn();
      subscription.unsubscribe();
      assert.deepEqual(heard, []);
    });

    it('passes an error on', async () => {
      const { operator, items } = make();
      const failed = new Error('upstream');
      const broken = throwError(() => failed);
      await assert.rejects(lastValueFrom(broken.pipe(operator, toArray())), failed);
      const later = concat(of(items[0] as In), broken);
      await assert.rejects(lastValueFrom(later.pipe(operator, toArray())), failed);
    });

    it('lets go of its source when it is unsubscribed from, and is silent then', async () => {
      const { operator, items } = make();
      const source = new Subject<In>();
      const heard: unknown[] = [];
      const subscription = source.pipe(operator).subscribe({
        next: (value) => heard.push(value),
        error: (error: unknown) => heard.push(error),
      });
      source.next(items[0] as In);
      const before = heard.length;
      subscription.unsubscribe();
      assert.equal(source.observed, false);
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      assert.equal(heard.length, before);
    });

    it('keeps order over a synchronous source, and starts afresh for a second subscriber', async () => {
      const { operator, items, show, expected } = make();
      const out$ = from(items).pipe(operator, toArray());
      assert.deepEqual((await lastValueFrom(out$)).map(show), expected);
      assert.deepEqual((await lastValueFrom(out$)).map(show), expected);
    });
  });
}
