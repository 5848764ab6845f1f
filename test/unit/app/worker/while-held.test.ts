import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY, NEVER, Subject, throwError, type Observable } from 'rxjs';
import { whileHeld } from '../../../../src/app/worker/while-held.ts';
import { NO_TELEMETRY } from '../../../../src/ports/no-telemetry.ts';
import type { Telemetry } from '../../../../src/ports/telemetry.ts';
import { recordingTelemetry } from '../../../support/recording-telemetry.ts';

const at = (partition: string): Record<string, string> => ({
  'messaging.destination.partition.id': partition,
});

/** Sets the gauge of two partitions, one of them twice, and counts an answer; then goes on as it is told. */
function working(then: Observable<number>): (telemetry: Telemetry) => Observable<number> {
  return (telemetry) => {
    telemetry.measure('secl.batch.in_flight', 1, at('0'));
    telemetry.measure('secl.batch.in_flight', 2, at('0'));
    telemetry.measure('secl.batch.in_flight', 3, at('1'));
    telemetry.measure('secl.answers', 1, at('0'));
    return then;
  };
}

const FORGOTTEN = [
  { name: 'secl.batch.in_flight', attributes: at('0') },
  { name: 'secl.batch.in_flight', attributes: at('1') },
];

describe('whileHeld', () => {
  it('takes back what stood when the work is given up, and counts on', () => {
    const telemetry = recordingTelemetry();
    const source = new Subject<number>();
    let held: Telemetry | undefined;
    const work = whileHeld(telemetry, (its) => {
      held = its;
      return working(source)(its);
    });
    const seen: number[] = [];
    assert.deepEqual(telemetry.measured, []);
    const subscription = work.subscribe((value) => seen.push(value));
    source.next(7);
    assert.deepEqual(seen, [7]);
    assert.equal(telemetry.measured.length, 4);
    assert.deepEqual(telemetry.forgotten, []);
    subscription.unsubscribe();
    assert.deepEqual(telemetry.forgotten, FORGOTTEN);
    held?.measure('secl.batch.in_flight', 0, at('0'));
    held?.measure('secl.answers', 1, at('0'));
    assert.deepEqual(telemetry.measured.slice(4), [
      { name: 'secl.answers', value: 1, attributes: at('0') },
    ]);
  });

  it('takes it back where the work fails', () => {
    const telemetry = recordingTelemetry();
    const failure = new Error('gone');
    let seen: unknown;
    whileHeld(telemetry, working(throwError(() => failure))).subscribe({
      error: (error: unknown) => {
        seen = error;
      },
    });
    assert.equal(seen, failure);
    assert.deepEqual(telemetry.forgotten, FORGOTTEN);
  });

  it('leaves it where the work has ended, and takes back what a second one set', () => {
    const telemetry = recordingTelemetry();
    whileHeld(telemetry, working(EMPTY)).subscribe();
    assert.deepEqual(telemetry.forgotten, []);
    whileHeld(telemetry, working(NEVER)).subscribe().unsubscribe();
    assert.deepEqual(telemetry.forgotten, FORGOTTEN);
  });

  it('is the work itself where telemetry is off', () => {
    assert.equal(whileHeld(NO_TELEMETRY, working(NEVER)), NEVER);
  });
});
