import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { before, describe, it } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Files that break an arrow, with the rule that has to find each; `undefined`: allowed. */
const FILES: readonly [path: string, text: string, rule: string | undefined][] = [
  ['src/events/feedback.ts', 'export type Feedback = number;', undefined],
  ['src/events/answer.ts', 'export const answer = 1;', undefined],
  ['src/calibration/ece.ts', 'export const ece = 1;', undefined],
  ['src/errors/secl-error.ts', 'export const error = 1;', undefined],
  // Labels reach metrics only; a type is enough to break the rule.
  [
    'src/operators/judge.ts',
    "export type { Feedback } from '../events/feedback.ts';",
    'labels-reach-metrics-only',
  ],
  [
    'src/secl/peek.ts',
    "import type { Feedback } from '../events/feedback.ts';\nexport type F = Feedback;",
    'labels-reach-metrics-only',
  ],
  [
    'src/learning/cheat.ts',
    "import type { Feedback } from '../events/feedback.ts';\nexport type F = Feedback;",
    'labels-reach-metrics-only',
  ],
  [
    'src/drift/supervise.ts',
    "export type { Feedback } from '../events/feedback.ts';",
    'labels-reach-metrics-only',
  ],
  [
    'src/training/fit.ts',
    "export type { Feedback } from '../events/feedback.ts';",
    'labels-reach-metrics-only',
  ],
  [
    'src/learning/score-itself.ts',
    "export { ece } from '../calibration/ece.ts';",
    'metrics-stay-out-of-the-method',
  ],
  [
    'src/operators/calibrate-windows.ts',
    "export type { Feedback } from '../events/feedback.ts';\nexport { ece } from '../calibration/ece.ts';",
    undefined,
  ],
  [
    'src/operators/gate.ts',
    "export { ece } from '../calibration/ece.ts';",
    'metrics-stay-out-of-the-method',
  ],
  [
    'src/operators/detour.ts',
    "export { ece } from './calibrate-windows.ts';",
    'metrics-stay-out-of-the-method',
  ],
  // Rooms.
  ['src/secl/score.ts', "export { answer } from '../events/answer.ts';", undefined],
  [
    'src/calibration/sees.ts',
    "export { answer } from '../events/answer.ts';",
    'arrows-of-calibration',
  ],
  ['src/calibration/fails.ts', "export { error } from '../errors/secl-error.ts';", undefined],
  ['src/cli/main.ts', "export { answer } from '../events/answer.ts';", 'arrows-of-cli'],
  ['src/utils/text.ts', 'export const text = 1;', undefined],
  ['src/app/lost.ts', "export { text } from '../utils/text.ts';", 'rooms-are-known'],
  // Packages and built-in modules.
  ['src/gguf/read.ts', "export { readFileSync } from 'node:fs';", 'pure-rooms-use-no-built-ins'],
  ['src/secl/streams.ts', "export { map } from 'rxjs';", 'packages-of-secl'],
  ['src/operators/streams.ts', "export { map } from 'rxjs';", undefined],
  ['src/app/dev.ts', "export { assert } from 'fast-check';", 'packages-of-app'],
  // Adapters.
  ['src/adapters/memory/twin.ts', "export { answer } from '../../events/answer.ts';", undefined],
  [
    'src/adapters/avro/join.ts',
    "export { answer } from '../memory/twin.ts';",
    'arrows-of-adapter-avro',
  ],
  ['src/adapters/memory/codec.ts', "export { Type } from 'avsc';", 'packages-of-adapter-memory'],
  // The public surface.
  [
    'src/index.ts',
    "export { answer } from './events/answer.ts';\nexport { main } from './cli/entry.ts';",
    'index-re-exports-rooms',
  ],
  ['src/cli/entry.ts', 'export const main = 1;', undefined],
  ['src/streams/whole.ts', "export { answer } from '../index.ts';", 'rooms-never-import-index'],
  // Examples.
  ['examples/use.ts', "export { ask } from 'secl-stream';\nexport { map } from 'rxjs';", undefined],
  [
    'examples/reach-in.ts',
    "export { answer } from '../src/events/answer.ts';",
    'examples-use-the-surface',
  ],
  // Anywhere. A cycle is reported once, at its first file.
  ['src/graph/a.ts', "export { b } from './b.ts';\nexport const a = 1;", 'no-cycles'],
  ['src/graph/b.ts', "export { a } from './a.ts';\nexport const b = 1;", undefined],
  ['src/model/gone.ts', "export { gone } from './nowhere.ts';", 'imports-resolve'],
  [
    'src/app/tested.ts',
    "export { stand } from '../../test/stand.ts';",
    'sources-never-import-tests',
  ],
  [
    'test/stand.ts',
    "export { Feedback } from '../src/events/feedback.ts';\nexport const stand = 1;",
    undefined,
  ],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

describe('the arrows between rooms', () => {
  const broken = new Map<string, Set<string>>();

  before(() => {
    const folder = realpathSync(temporaryFolder());
    for (const [path, text] of FILES) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${text}\n`);
    }
    for (const file of ['tsconfig.json', 'package.json', 'node_modules']) {
      symlinkSync(resolve(file), join(folder, file));
    }
    const output = execFileSync(
      process.execPath,
      [
        resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['--config', resolve('.dependency-cruiser.mjs'), '--output-type', 'json'],
        ...['src', 'test', 'examples'],
      ],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const { summary } = JSON.parse(output) as { summary: { violations: Violation[] } };
    for (const { from, rule } of summary.violations) {
      broken.set(from, (broken.get(from) ?? new Set()).add(rule.name));
    }
  });

  for (const [path, , rule] of FILES) {
    it(rule === undefined ? `allow ${path}` : `forbid ${path} by ${rule}`, () => {
      const found = [...(broken.get(path) ?? [])];
      if (rule === undefined) assert.deepEqual(found, []);
      else assert.ok(found.includes(rule), `found ${found.join(', ') || 'nothing'}`);
    });
  }
});
