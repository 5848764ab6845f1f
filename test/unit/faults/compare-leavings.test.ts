import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareLeavings } from '../../faults/compare-leavings.ts';
import type { Leavings } from '../../faults/fault-round.ts';

const wanted: Leavings = {
  answers: new Map([
    ['q1', ['blue']],
    ['q2', ['red']],
  ]),
  state: new Map([['0 consumed', '2']]),
  adapters: ['v1', 'v2'],
  decisions: ['accept v1'],
};

const says = (found: Partial<Leavings>, pattern: RegExp): void => {
  const faults = compareLeavings({ ...wanted, ...found }, wanted);
  assert.ok(
    faults.some((sentence) => pattern.test(sentence)),
    faults.join('\n'),
  );
};

describe('comparing what a fault round left', () => {
  it('finds nothing where nothing differs', () => {
    assert.deepEqual(compareLeavings(wanted, wanted), []);
  });

  it('finds what was lost, written twice or otherwise', () => {
    says({ answers: new Map([['q1', ['blue']]]) }, /q2 was not answered/);
    const twice = new Map([...wanted.answers, ['q1', ['blue', 'blue']] as const]);
    says({ answers: twice }, /q1 was answered 2 times/);
    const other = new Map([...wanted.answers, ['q1', ['green']] as const]);
    says({ answers: other }, /answer q1: green instead of blue/);
    says({ answers: new Map([...wanted.answers, ['q3', ['x']] as const]) }, /answer q3/);
  });

  it('finds state, adapters and decisions that differ', () => {
    says({ state: new Map([['0 consumed', '3']]) }, /state 0 consumed: 3 instead of 2/);
    says({ state: new Map() }, /state 0 consumed: undefined/);
    says({ adapters: ['v2', 'v1'] }, /adapters/);
    says({ decisions: [] }, /decisions/);
  });
});
