import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from '../../../src/events/answer.ts';
import { adapterFates } from '../../../src/report/adapter-fates.ts';
import { summarizeLoop } from '../../../src/report/summarize-loop.ts';
import { adapterDecision } from '../../support/adapter-run.ts';

/** An answer with a reading; what the summary does not read is empty. */
function seen(
  burst: number,
  incident: number,
  alarm = false,
  sourcePartition = 0,
): Pick<Answer, 'gate' | 'sourcePartition'> {
  return {
    sourcePartition,
    gate: { burst, positionInBurst: 0, incident, alarm, statistics: {}, thresholds: {} },
  };
}

describe('summarizeLoop', () => {
  it('counts bursts by ordinal, their answers, changes and alarms', () => {
    const answers = [
      ...[seen(1, 1), seen(1, 1), seen(0, 1), seen(0, 1, true), seen(3, 2, true), seen(3, 2)],
      // A dead burst 2 had no answer; an answer of a time without a gate has no reading.
      { gate: null, sourcePartition: 0 },
    ];
    assert.deepEqual(summarizeLoop('drift', answers, []), {
      gate: 'drift',
      bursts: 2,
      questionsInBursts: 4,
      incidents: 2,
      alarms: 2,
      adapters: { accepted: 0, refused: 0, rolledBack: 0, active: 0 },
    });
  });

  it('counts the bursts and changes of each partition, whose gates count from 1', () => {
    const answers = [seen(1, 1), seen(2, 2, true), seen(1, 1, false, 1), seen(0, 1, false, 1)];
    const { bursts, questionsInBursts, incidents } = summarizeLoop('drift', answers, []);
    assert.deepEqual([bursts, questionsInBursts, incidents], [3, 3, 3]);
  });

  it('counts each version once for each thing that was decided about it', () => {
    const { adapters } = summarizeLoop(
      'always',
      [],
      [
        adapterDecision({ version: 1, activeVersion: 1 }),
        adapterDecision({ version: 2, decision: 'refused', activeVersion: 1 }),
        adapterDecision({ version: 3, activeVersion: 3 }),
        adapterDecision({ version: 3, decision: 'frozen', activeVersion: 3 }),
        adapterDecision({ version: 3, decision: 'rolled-back', activeVersion: 1 }),
        adapterDecision({ version: 1, decision: 'rolled-back', activeVersion: 3 }),
        adapterDecision({ version: 3, decision: 'rolled-back', activeVersion: 1 }),
      ],
    );
    assert.deepEqual(adapters, { accepted: 2, refused: 1, rolledBack: 2, active: 1 });
  });

  it('tells the adapter that acts as the table of adapters does, whatever a late partition writes', () => {
    const decisions = [
      adapterDecision({ version: 1, activeVersion: 1 }),
      adapterDecision({ version: 2, activeVersion: 2 }),
      // A partition that has not taken up version 2 yet: its own batch of that number came too late.
      adapterDecision({ version: 2, decision: 'refused', code: 'OUTDATED', activeVersion: 1 }),
    ];
    const { adapters } = summarizeLoop('drift', [], decisions);
    assert.deepEqual(adapters, { accepted: 2, refused: 0, rolledBack: 0, active: 2 });
    const acting = adapterFates([], decisions).find(({ active }) => active);
    assert.equal(acting?.version, adapters.active);
  });

  it('counts no rollback where an adapter was put in the place of none', () => {
    const { adapters } = summarizeLoop(
      'drift',
      [],
      [
        adapterDecision({ version: 1, decision: 'imported', activeVersion: 0 }),
        adapterDecision({ version: 0, decision: 'rolled-back', activeVersion: 1 }),
      ],
    );
    assert.deepEqual(adapters, { accepted: 0, refused: 0, rolledBack: 0, active: 1 });
  });
});
