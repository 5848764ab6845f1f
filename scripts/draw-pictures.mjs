/**
 * Draws the rooms of `src/` and the imports between them, as dependency-cruiser finds them, into
 * `docs/architecture.md`. `--check` only compares.
 */
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../.dependency-cruiser.mjs';
import { updateBlock } from './generated-block.mjs';
import { FOUNDATIONS, PURE_ROOMS } from './rooms.mjs';

const { reporterOptions: _unused, ...options } = config.options;
const { output } = await cruise(
  ['src'],
  { ...options, doNotFollow: { path: 'node_modules' } },
  {},
  { tsConfig: extractTsConfig('tsconfig.json') },
);

/** Room of a source file: `secl`, `adapters/avro`, or `index` for a file of its own. */
function roomOf(file) {
  const [, first, second, third] = file.split('/');
  if (second === undefined) return first.replace(/\.ts$/, '');
  return first === 'adapters' && third !== undefined ? `${first}/${second}` : first;
}

const isSource = (file) => file.startsWith('src/');
const rooms = new Set();
const arrows = new Set();
for (const { source, dependencies } of output.modules) {
  if (!isSource(source)) continue;
  rooms.add(roomOf(source));
  for (const { resolved } of dependencies) {
    if (!isSource(resolved)) continue;
    const [from, to] = [roomOf(source), roomOf(resolved)];
    if (from !== to && !FOUNDATIONS.includes(to)) arrows.add(`  ${id(from)} --> ${id(to)}`);
  }
}

function id(room) {
  return room.replace(/[^a-z]/g, '_');
}

const node = (room) => `    ${id(room)}["${room}"]`;
const group = (name, title, members) =>
  members.length === 0 ? [] : [`  subgraph ${name}["${title}"]`, ...members.map(node), '  end'];

const sorted = [...rooms].sort();
const pure = sorted.filter((room) => PURE_ROOMS.includes(room) && !FOUNDATIONS.includes(room));
const adapters = sorted.filter((room) => room.startsWith('adapters/'));
const rest = sorted.filter(
  (room) => !pure.includes(room) && !adapters.includes(room) && !FOUNDATIONS.includes(room),
);

await updateBlock(
  'docs/architecture.md',
  'rooms',
  [
    '```mermaid',
    'flowchart TD',
    ...group('outside', 'app and command line', rest),
    ...group('adapters', 'adapters: one library each', adapters),
    ...group('pure', 'pure: no I/O, clock, environment or unseeded randomness', pure),
    ...[...arrows].sort(),
    '```',
  ].join('\n'),
  'npm run docs:pictures',
);
