import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One call of the fake interpreter. */
export interface PythonCall {
  readonly pid: number;
  readonly cwd: string;
  /** `TMPDIR`. */
  readonly temporary: string;
  /** Whether anything could be read from standard input. */
  readonly input: boolean;
  readonly args: readonly string[];
}

/** Says what it was called with in `calls.tsv`, then does as the files in `FAKE_PIP_INDEX` tell it. */
const PYTHON = `#!/bin/sh
input=no
if read -r line; then input=yes; fi
for last; do :; done
printf '%s\\t%s\\t%s\\t%s\\t%s\\n' $$ "$PWD" "$TMPDIR" $input "$*" >> "$FAKE_PIP_INDEX/calls.tsv"
if [ -e "$FAKE_PIP_INDEX/no-pip" ]; then
  echo 'fake-python: No module named pip' >&2
  exit 1
fi
wheel="$FAKE_PIP_INDEX/\${last%%==*}-\${last##*==}"
while [ "$1" != --dest ]; do shift; done
if [ -e "$wheel.hang" ]; then exec sleep 600; fi
if [ -e "$wheel.fail" ]; then cat "$wheel.fail" >&2; exit 1; fi
if [ ! -e "$wheel.whl" ]; then
  echo "ERROR: Could not find a version that satisfies the requirement $last" >&2
  echo "ERROR: No matching distribution found for $last" >&2
  exit 1
fi
cp "$wheel.whl" "$2/\${wheel##*/}-py3-none-any.whl"
`;

/**
 * Writes an executable that answers `-m pip download … --dest DIR NAME==VERSION` like pip does.
 *
 * It looks in the folder `FAKE_PIP_INDEX` for `NAME-VERSION.whl`. A file `NAME-VERSION.fail` holds what it
 * prints to stderr before ending with 1; a file `NAME-VERSION.hang` makes it hang; `no-pip` makes it lack
 * pip. See {@link pythonCalls} for what it was called with.
 *
 * @returns Path of the executable; beside it, `fake-shim` runs it as a child, as pyenv's python3 does.
 */
export async function writeFakePython(folder: string): Promise<string> {
  const path = join(folder, 'fake-python');
  const shim = join(folder, 'fake-shim');
  await writeFile(path, PYTHON);
  await writeFile(shim, `#!/bin/sh\n"${path}" "$@"\nexit $?\n`);
  for (const file of [path, shim]) await chmod(file, 0o755);
  return path;
}

/** The calls so far, oldest first; empty if there was none. */
export async function pythonCalls(index: string): Promise<readonly PythonCall[]> {
  const text = await readFile(join(index, 'calls.tsv'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [pid = '', cwd = '', temporary = '', input, args = ''] = line.split('\t');
    return { pid: Number(pid), cwd, temporary, input: input === 'yes', args: args.split(' ') };
  });
}
