import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { listSettings } from '../../../src/topology/list-settings.ts';
import { readTopology } from '../../../src/topology/parse-topology.ts';
import { readOverrides, variableOf } from '../../../src/topology/read-overrides.ts';

const SHORTEST = 'version: 1\nname: qa\n';

/** Faults as `VARIABLE path message`. */
function faultsOf(environment: Readonly<Record<string, string>>): string[] {
  return readOverrides(environment).faults.map(
    ({ variable, path, message }) => `${variable} ${path} ${message}`,
  );
}

describe('readOverrides', () => {
  it('reads each kind of value as its setting means it', () => {
    const { overrides, faults } = readOverrides({
      SECL__SEED: '7',
      SECL__CONFIDENCE__MINIMUM_MASS: '0.25',
      SECL__MODEL__NAME: '123',
      SECL__MODEL__THREADS: 'null',
      SECL__GATE__KIND: 'never',
      SECL__TRAINING__LORA__PROJECTIONS: 'q, v',
      SECL__GATE__STATISTICS: '[entropy]',
      SECL__BATCH__MAX_WAIT_MS: '  ',
      SECL_CACHE_DIR: 'not ours',
      PATH: '/bin',
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(Object.fromEntries(overrides.map(({ path, value }) => [path, value])), {
      'confidence.minimumMass': 0.25,
      'gate.kind': 'never',
      'gate.statistics': ['entropy'],
      'model.name': '123',
      'model.threads': null,
      seed: 7,
      'training.lora.projections': ['q', 'v'],
    });
  });

  it('knows a variable for every setting', () => {
    const topology = readTopology(SHORTEST, 'shortest.yaml');
    const environment = Object.fromEntries(
      listSettings(topology).map(({ path, value }) => [
        variableOf(path),
        Array.isArray(value) ? value.join(',') : String(value),
      ]),
    );
    assert.ok(Object.keys(environment).length > 60);
    const { overrides, faults } = readOverrides(environment);
    assert.deepEqual(faults, []);
    assert.deepEqual(
      new Map(overrides.map(({ path, value }) => [path, value])),
      new Map(
        listSettings(topology)
          .toSorted((a, b) => (variableOf(a.path) < variableOf(b.path) ? -1 : 1))
          .map(({ path, value }) => [path, value]),
      ),
    );
  });

  it('names the nearest variable: of the group, elsewhere, or what there is', () => {
    assert.deepEqual(
      faultsOf({ SECL__GATE__BURTS: '1', SECL__BURST: '1', SECL__MODLE__NAME: 'a' }),
      [
        'SECL__BURST  names no setting; did you mean SECL__GATE__BURST?',
        'SECL__GATE__BURTS  names no setting; did you mean SECL__GATE__BURST?',
        'SECL__MODLE__NAME  names no setting; did you mean SECL__MODEL__NAME?',
      ],
    );
    const [none = ''] = faultsOf({ SECL__GATE__XYZZYXYZZY: '1' });
    assert.match(none, /there are SECL__GATE__KIND, /);
    const [group = ''] = faultsOf({ SECL__ANSWER__MAX_TOKENS: '5' });
    assert.match(group, /is no setting alone; name SECL__ANSWER__MAX_TOKENS__SHORT, /);
  });

  it('holds values to the schema, all of them at once', () => {
    assert.deepEqual(
      faultsOf({ SECL__SEED: 'x', SECL__GATE__KIND: 'drif', SECL__GATE__BURST: '0' }),
      [
        'SECL__GATE__BURST gate.burst must be an integer from 1 to 100000, not 0.',
        'SECL__GATE__KIND gate.kind must be one of drift, always, never, periodic, domains, not "drif".',
        'SECL__SEED seed must be an integer from 0 to 4294967295, not "x".',
      ],
    );
    assert.deepEqual(faultsOf({ SECL__TRAINING__LORA__PROJECTIONS: 'q,w' }), [
      'SECL__TRAINING__LORA__PROJECTIONS training.lora.projections[1] must be one of q, k, v, o, gate, up, down, not "w". Did you mean "q"?',
    ]);
  });

  it('never throws, whatever stands there', () => {
    const names = fc.constantFrom(
      ...['SECL__SEED', 'SECL__GATE__STATISTICS', 'SECL__MODEL__NAME', 'SECL__', 'SECL__A__B'],
    );
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.string({ unit: 'binary', maxLength: 40 })),
        (environment) => {
          for (const { message } of readOverrides(environment).faults)
            assert.ok(message.length < 2000);
        },
      ),
    );
    const [long = ''] = faultsOf({ SECL__SEED: '['.repeat(100_000) });
    assert.match(long, /at most 1000 characters/);
  });
});
