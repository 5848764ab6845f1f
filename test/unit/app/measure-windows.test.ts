import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { from, lastValueFrom, Subject, toArray } from 'rxjs';
import type { CalibrationWindow } from '../../../src/events/calibration-window.ts';
import { measureWindows } from '../../../src/app/measure-windows.ts';
import { calibrationChanges } from '../../../src/operators/calibration-entries.ts';
import { EMPTY_CALIBRATION } from '../../../src/operators/calibration-state.ts';
import { NO_TELEMETRY } from '../../../src/ports/no-telemetry.ts';
import type { VerdictLevel } from '../../../src/events/verdict.ts';
import { EMPTY_VERDICT, severityOf, stepVerdict } from '../../../src/verdict/step-verdict.ts';
import { RULES, verdictOf } from '../../support/verdict-fixture.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';

function window(ordinal: number, ece: number | null, more: object = {}): CalibrationWindow {
  return {
    ...{ sourceTopic: 'q', sourcePartition: 1, scope: 'pooled', ordinal, revision: 0 },
    ...{ answers: 10, labelled: 5, accuracy: 0.4 },
    metrics: [
      {
        ...{
          score: 'published',
          n: 5,
          missing: 0,
          ece,
          eceFloor: 0.1,
          eceLow: 0.05,
          eceHigh: null,
        },
        ...{ brier: 0.2, auroc: null, mean: 0.6 },
      },
    ],
    verdict: null,
    ...more,
  } as unknown as CalibrationWindow;
}

async function measured(
  ...windows: CalibrationWindow[]
): Promise<(name: string) => readonly number[]> {
  const telemetry = recordingTelemetry();
  const passed = await lastValueFrom(from(windows).pipe(measureWindows(telemetry), toArray()));
  assert.deepEqual(passed, windows);
  return (name) => telemetry.measured.filter((one) => one.name === name).map(({ value }) => value);
}

describe('measureWindows', () => {
  it('tells the newest window, and what has no value not at all', async () => {
    const of = await measured(window(0, 0.3), window(1, null));
    assert.deepEqual(of('secl.calibration.ece'), [0.3]);
    assert.deepEqual(of('secl.calibration.ece.floor'), [0.1, 0.1]);
    assert.deepEqual(of('secl.calibration.auroc'), []);
    assert.deepEqual(of('secl.calibration.accuracy'), [0.4, 0.4]);
    assert.deepEqual(of('secl.calibration.labelled'), [5, 5]);
  });

  it('takes back what the newest labelled window has no value for, and nothing while no labels come', async () => {
    const telemetry = recordingTelemetry();
    const metric = window(0, 0.3).metrics[0];
    const unlabelled = window(2, null, {
      metrics: [
        { ...metric, n: 0, ece: null, eceLow: null, eceFloor: null, brier: null, mean: null },
      ],
    });
    await lastValueFrom(
      from([window(1, 0.3), unlabelled]).pipe(measureWindows(telemetry), toArray()),
    );
    assert.deepEqual(
      telemetry.forgotten.map(({ name, attributes }) => [name, attributes['secl.score']]),
      [
        ['secl.calibration.ece.high', 'published'],
        ['secl.calibration.auroc', 'published'],
      ],
    );
  });

  it('takes corrections of the newest window alone, partition by partition, and no domain', async () => {
    const of = await measured(
      window(0, 0.1),
      window(1, 0.2),
      window(0, 0.9, { revision: 1 }),
      window(1, 0.3, { revision: 1 }),
      window(0, 0.4, { sourcePartition: 2 }),
      window(2, 0.8, { scope: 'geography' }),
    );
    assert.deepEqual(of('secl.calibration.ece'), [0.1, 0.2, 0.3, 0.4]);
  });

  it('tells the verdict of whatever window came last, over all domains', async () => {
    const verdict = (level: VerdictLevel, dataAtMs: number) => ({
      verdict: verdictOf({ level, dataAtMs }),
    });
    const of = await measured(
      window(0, 0.1, verdict('trust', 1500)),
      window(1, 0.2, verdict('caution', 2500)),
      window(0, 0.1, { revision: 1, ...verdict('do-not-trust', 2500) }),
      window(2, 0.2, { scope: 'geography', ...verdict('trust', 2500) }),
      window(2, 0.2, verdict('not-enough-data', 3500)),
    );
    assert.deepEqual(of('secl.verdict'), [0, 2, 3, 1]);
    assert.deepEqual(of('secl.verdict.data.time'), [1.5, 2.5, 2.5, 3.5]);
    assert.deepEqual(of('secl.calibration.ece'), [0.1, 0.2, 0.2]);
    assert.deepEqual(of('secl.calibration.ece.low'), [0.05, 0.05, 0.05]);
  });

  it('tells at once what the state of a partition remembers, and no older window after it', async () => {
    const { state } = stepVerdict(EMPTY_VERDICT, window(4, 0.3, { seenUntilMs: 4500 }), RULES);
    const telemetry = recordingTelemetry();
    const lease = {
      ...{ topic: 'q', partition: 1 },
      state: calibrationChanges(EMPTY_CALIBRATION, {
        ...EMPTY_CALIBRATION,
        verdicts: new Map([['pooled', state]]),
      }) as ReadonlyMap<string, Uint8Array>,
    };
    const later = new Subject<CalibrationWindow>();
    later.pipe(measureWindows(telemetry, lease)).subscribe();
    const told = (): string[] => telemetry.measured.map(({ name, value }) => `${name} ${value}`);
    assert.deepEqual(told(), [
      `secl.verdict ${severityOf(state.level)}`,
      'secl.verdict.data.time 4.5',
      'secl.calibration.labelled 5',
      'secl.calibration.ece 0.3',
      'secl.calibration.ece.low 0.05',
      'secl.calibration.ece.high 0.3',
    ]);
    for (const { attributes } of telemetry.measured)
      assert.equal(attributes['messaging.destination.partition.id'], '1');
    const before = told().length;
    later.next(window(3, 0.9, { revision: 1 }));
    assert.equal(told().length, before);
    later.next(window(4, 0.2, { revision: 1 }));
    assert.ok(told().slice(before).includes('secl.calibration.ece 0.2'));

    const nothing = recordingTelemetry();
    from([])
      .pipe(measureWindows(nothing, { ...lease, state: new Map() }))
      .subscribe();
    assert.deepEqual(nothing.measured, []);
  });

  it('is nothing where telemetry is off', async () => {
    const windows = from([window(0, 0.1)]);
    assert.equal(measureWindows(NO_TELEMETRY)(windows), windows);
  });
});
