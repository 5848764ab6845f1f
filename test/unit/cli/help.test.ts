/** What each `--help` costs: it says how a command is used, and loads nothing that runs one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { MAIN } from '../../support/secl-process.ts';

/** Writes the address of each module that is loaded to stderr, a line each. */
const HOOK = `import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  writeSync(2, 'loaded ' + url + '\\n');
  return await next(url, context);
}`;

const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

/** Runs `secl` and notes the packages and files of ours that it loads. */
function loadedBy(...parameters: readonly string[]): {
  readonly packages: readonly string[];
  readonly files: readonly string[];
  readonly out: string;
} {
  const hooked = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(HOOK))});`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', dataUrl(hooked), MAIN, ...parameters],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const urls = stderr.split('\n').flatMap((line) => /^loaded (file:.*)$/.exec(line)?.[1] ?? []);
  const packages = urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return {
    packages: [...new Set(packages)].toSorted(),
    files: urls.filter((url) => !url.includes('node_modules')),
    out: stdout,
  };
}

for (const parameters of [['--help'], ['replay', '--help'], ['model', 'pull', '--help']])
  it(`secl ${parameters.join(' ')} loads neither a runtime nor a client nor a store`, () => {
    const { packages, files, out } = loadedBy(...parameters);
    assert.match(out, /^Usage: secl /);
    assert.deepEqual(packages, ['cli-progress', 'commander']);
    assert.ok(
      !files.some((url) => /\/src\/(adapters\/(onnx|kafka)|operators|topology)\//.test(url)),
    );
  });

it('a command loads what it needs when it runs', () => {
  const { packages } = loadedBy('topology', 'check');
  assert.ok(packages.includes('yaml'), packages.join());
});
