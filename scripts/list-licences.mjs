/**
 * Lists the licences of everything `npm install --omit=dev` brings, from the lock file, in
 * `docs/licences.md`; fails on a licence that is not permissive. `--check` only compares.
 */
import { readFileSync } from 'node:fs';
import { updateBlock } from './generated-block.mjs';

/** Licences that allow use, change and redistribution under no more than attribution. */
const PERMISSIVE = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0'],
  ...['CC-BY-3.0', 'CC-BY-4.0', 'ISC', 'MIT', 'MIT-0', 'ODC-By-1.0', 'Unlicense', 'Zlib'],
]);

/** Whether an SPDX expression made of names, `OR` and parentheses can be met permissively. */
const isPermissive = (licence) =>
  (licence ?? '')
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((name) => PERMISSIVE.has(name.trim()));

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const direct = lock.packages[''].dependencies ?? {};
const packages = Object.entries(lock.packages)
  .filter(([path, entry]) => path !== '' && entry.dev !== true)
  .map(([path, entry]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version,
    licence: entry.license,
  }))
  .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));

for (const { name, version, licence } of packages) {
  if (isPermissive(licence)) continue;
  console.error(`${name} ${version} has the licence ${licence ?? 'unknown'}: not permissive.`);
  process.exitCode = 1;
}

const table = (rows) =>
  ['| package | version | licence |', '| --- | --- | --- |']
    .concat(rows.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`))
    .join('\n');

await updateBlock(
  'docs/licences.md',
  'dependencies',
  [
    'Direct dependencies:',
    '',
    table(packages.filter(({ name }) => name in direct)),
    '',
    'What they bring along:',
    '',
    table(packages.filter(({ name }) => !(name in direct))),
  ].join('\n'),
  'npm run licences',
);
