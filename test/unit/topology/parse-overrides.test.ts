import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTopology, readTopology } from '../../../src/topology/parse-topology.ts';

const SHORTEST = 'version: 1\nname: qa\n';

/** Faults as `line:column path message`. */
function faultsOf(text: string): string[] {
  const parsed = parseTopology(text);
  if (parsed.ok) return [];
  return parsed.faults.map(
    ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
  );
}

describe('parseTopology, with an environment', () => {
  it('lets the environment win over the file, and says where each setting comes from', () => {
    const text = `${SHORTEST}seed: 3\ngate:\n  burst: 5\n  period: 9\n`;
    const parsed = parseTopology(text, { SECL__GATE__BURST: '7', SECL__GATE__WARM_UP: '20' });
    assert.ok(parsed.ok);
    const { gate, seed } = parsed.topology;
    assert.deepEqual([gate.burst, gate.period, gate.warmUp, seed], [7, 9, 20, 3]);
    assert.deepEqual(parsed.origins.get('gate.burst'), {
      kind: 'environment',
      variable: 'SECL__GATE__BURST',
    });
    assert.deepEqual(parsed.origins.get('gate.warmUp')?.kind, 'environment');
    assert.deepEqual(parsed.origins.get('gate.period'), { kind: 'file', line: 6 });
    assert.equal(parsed.origins.get('gate.coolDown'), undefined);
    assert.ok(Object.isFrozen(parsed.topology.gate));
    // The text itself is untouched by it.
    assert.equal(readTopology(text, 'x.yaml').gate.burst, 5);
  });

  it('reports faults of file, environment and rules at once, each where it stands', () => {
    const parsed = parseTopology(
      `${SHORTEST}topics: { questions: a, answers: a }\ngate: { burts: 1 }\n`,
      {
        SECL__SEED: 'x',
        SECL__CALIBRATION__STEP: '7',
      },
    );
    assert.ok(!parsed.ok);
    assert.deepEqual(
      parsed.faults.map(({ line, column, variable, path }) => [
        variable ?? `${line}:${column}`,
        path,
      ]),
      [
        ['3:34', 'topics.answers'],
        ['4:9', 'gate.burts'],
        ['SECL__SEED', 'seed'],
        // A rule that the override breaks.
        ['SECL__CALIBRATION__STEP', 'calibration.step'],
      ],
    );
    const message = (() => {
      try {
        readTopology(SHORTEST, 'x.yaml', { SECL__SEED: 'x' });
      } catch (error) {
        return error as { message: string; hint: string };
      }
      return { message: '', hint: '' };
    })();
    assert.match(message.message, /^SECL__SEED: seed: must be an integer/m);
    assert.match(message.hint, /^Correct the environment;/);
  });

  it('leaves out rules that look at a section at fault', () => {
    // The step would be too long for a size of 100, the default; the size itself cannot be read.
    const faults = faultsOf(`${SHORTEST}calibration: { size: many, step: 200, window: sliding }\n`);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /calibration\.size must be an integer/);
    // A misspelt section may have been meant for any.
    assert.equal(
      faultsOf(`${SHORTEST}topicz: {}\ntopics: { questions: a, answers: a }\n`).length,
      1,
    );
  });
});
