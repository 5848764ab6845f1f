/**
 * Compiles `src`, `test`, `bench` and `examples` into `build`, incrementally, and leaves nothing there that
 * has no source any more: the output of a deleted test would otherwise run for ever.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['src', 'test', 'bench', 'examples'];
const OUTPUT = /\.(js|d\.ts)(\.map)?$/;

/** Every file below a folder, as paths relative to the repository. */
function filesBelow(folder) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

for (const folder of FOLDERS) {
  for (const file of filesBelow(join('build', folder))) {
    const source = relative('build', file).replace(OUTPUT, '.ts');
    if (OUTPUT.test(file) && !existsSync(join(root, source))) rmSync(join(root, file));
  }
}

const sources = FOLDERS.flatMap(filesBelow).filter((file) => file.endsWith('.ts'));
const outputOf = (source) => join(root, 'build', source.replace(/\.ts$/, '.js'));
const buildInfo = join(root, 'build', '.tsbuildinfo');
// tsc trusts its notes and does not look whether the outputs are still there.
if (sources.some((source) => !source.endsWith('.d.ts') && !existsSync(outputOf(source)))) {
  rmSync(buildInfo, { force: true });
}

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', root], { stdio: 'inherit' });
process.exitCode = status ?? 1;
