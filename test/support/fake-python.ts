import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes an executable that answers `-m pip download … --dest DIR NAME==VERSION` like pip does.
 *
 * It looks in the folder `FAKE_PIP_INDEX` for `NAME-VERSION.whl`, and appends each call's arguments to
 * `calls.jsonl` there. A file `NAME-VERSION.fail` holds what it prints to stderr before ending with 1; a
 * file `NAME-VERSION.hang` makes it hang; `no-pip` makes it lack pip.
 *
 * @returns Path of the executable; beside it, `fake-shim` runs it as a child, as pyenv's python3 does.
 */
export async function writeFakePython(folder: string): Promise<string> {
  const path = join(folder, 'fake-python');
  const script = `#!${process.execPath}
const fs = require('node:fs');
const path = require('node:path');
const index = process.env.FAKE_PIP_INDEX;
const args = process.argv.slice(2);
const call = { pid: process.pid, args, cwd: process.cwd(), tmp: process.env.TMPDIR, stdin: fs.fstatSync(0).isCharacterDevice() };
fs.appendFileSync(path.join(index, 'calls.jsonl'), JSON.stringify(call) + '\\n');
if (fs.existsSync(path.join(index, 'no-pip'))) {
  console.error('fake-python: No module named pip');
  process.exit(1);
}
const name = args.at(-1).replace('==', '-');
const target = args[args.indexOf('--dest') + 1];
const file = (ending) => path.join(index, name + ending);
if (fs.existsSync(file('.hang'))) setInterval(() => {}, 1000);
else if (fs.existsSync(file('.fail'))) {
  console.error(fs.readFileSync(file('.fail'), 'utf8'));
  process.exitCode = 1;
} else if (!fs.existsSync(file('.whl'))) {
  console.error('ERROR: Could not find a version that satisfies the requirement ' + args.at(-1));
  console.error('ERROR: No matching distribution found for ' + args.at(-1));
  process.exitCode = 1;
} else fs.copyFileSync(file('.whl'), path.join(target, name + '-py3-none-any.whl'));
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  const shim = join(folder, 'fake-shim');
  await writeFile(shim, `#!/bin/sh\n"${path}" "$@"\nexit $?\n`);
  await chmod(shim, 0o755);
  return path;
}
