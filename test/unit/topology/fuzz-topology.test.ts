import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { seededRandom, type SeededRandom } from '../../../src/random/seeded-random.ts';
import { parseTopology } from '../../../src/topology/parse-topology.ts';
import { cpuMs } from '../../support/cpu-ms.ts';
import { mutateBytes } from '../../support/mutate-bytes.ts';

const MUTANTS = 10_000;
/** A thousand times what a file takes on an idle core. */
const SLOWEST_MS = 2000;

/** What YAML gives meaning to. */
const TOKENS = [
  ...[
    '\n',
    '  ',
    '\t',
    ': ',
    '- ',
    '? ',
    '# ',
    '&a ',
    '*a ',
    '<<: *a',
    '!!map ',
    '!!binary ',
    '|',
    '>',
  ],
  ...[
    '[',
    ']',
    '{',
    '}',
    "'",
    '"',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '\\',
    '\u0000',
    '\ud800',
    '\ufeff',
  ],
  ...['.inf', '.nan', '-0', '0x10', '1e999', '1_000', 'null', '~', 'true', '__proto__: 1\n'],
  ...['constructor: {}\n', 'version: 1\n', 'maxBatch: 3\n', '99999999999999999999'],
];

/** Damages a text by tokens and lines, so that more of it gets past the first look. */
function mutateText(text: string, random: SeededRandom): string {
  let result = text;
  for (let rounds = 1 + random.integer(4); rounds > 0; rounds--) {
    const at = random.integer(result.length + 1);
    const token = TOKENS[random.integer(TOKENS.length)]!;
    const lines = result.split('\n');
    const line = random.integer(lines.length);
    const kinds = [
      () => result.slice(0, at) + token + result.slice(at),
      () => result.slice(0, at) + token + result.slice(at + 1 + random.integer(6)),
      () => lines.toSpliced(line, 1 + random.integer(3)).join('\n'),
      () => lines.toSpliced(line, 0, lines[random.integer(lines.length)]!).join('\n'),
      () => lines.with(line, lines[line]!.replace(/:.*/, `: ${token}`)).join('\n'),
      () => lines.with(line, ' '.repeat(random.integer(6)) + lines[line]!.trimStart()).join('\n'),
      () => result.replace(/\d+/g, (digits) => (random.integer(8) === 0 ? token : digits)),
    ];
    result = kinds[random.integer(kinds.length)]!();
  }
  return result;
}

describe('parsing mutated topologies', () => {
  it(`gives faults with places or a valid topology, ${MUTANTS} times`, () => {
    // Comments would take most of the hits.
    const whole = readFileSync('topologies/qa.yaml', 'utf8').replace(/ *#.*\n/g, '\n');
    const sections = whole.split(/\n(?=[a-z])/).filter((text) => !/^\n*(version|name):/.test(text));
    const random = seededRandom(20_260_102);
    let valid = 0;
    let checked = 0;
    for (let i = 0; i < MUTANTS; i++) {
      const some = random.shuffle(sections).slice(0, 1 + random.integer(sections.length));
      const original = ['version: 1', 'name: qa', ...some].join('\n');
      const text =
        i % 3 === 0
          ? new TextDecoder().decode(mutateBytes(new TextEncoder().encode(original), 0, random))
          : mutateText(original, random);
      let parsed = parseTopology('');
      const spentMs = cpuMs(() => (parsed = parseTopology(text)));
      assert.ok(spentMs < SLOWEST_MS, text);
      if (parsed.ok) {
        valid += 1;
        // What is valid is complete: its own JSON reads back as the same topology.
        if (valid % 4 === 0) {
          const again = parseTopology(JSON.stringify(parsed.topology));
          assert.deepEqual(again.ok ? again.topology : again.faults, parsed.topology);
        }
      } else {
        assert.ok(parsed.faults.length > 0);
        const lines = text.split('\n').length;
        for (const { line, column, path, message } of parsed.faults) {
          assert.ok(line >= 1 && line <= lines && column >= 1, `${line}:${column} ${message}`);
          assert.ok(message.length > 0 && message.length < 400, message);
          if (path !== '') checked += 1;
        }
      }
    }
    // The mutations neither all break the syntax nor all miss.
    assert.ok(valid > MUTANTS / 20 && checked > MUTANTS / 4, `${valid} valid, ${checked} checked`);
    assert.equal(({} as Record<string, unknown>)['1'], undefined, 'no prototype was polluted');
  });
});
