/**
 * `npm run test:trainer`: the tests of `docker/trainer`, in a virtual environment of their own under the cache folder.
 * PyTorch and its companions are about 5.6 GB installed, so the default tests leave this out. The environment is
 * made anew when the pinned packages change. Afterwards the service runs beside a worker on a real broker
 * (test/integration/trainer-kafka.test.ts).
 *
 * `--kafka`: that alone. Other arguments go to pytest, which then is all that runs.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const trainer = fileURLToPath(new URL('../docker/trainer/', import.meta.url));
const project = path.join(trainer, 'pyproject.toml');
const lock = path.join(trainer, 'requirements.txt');
const hash = createHash('sha256')
  .update(readFileSync(project))
  .update(readFileSync(lock))
  .digest('hex')
  .slice(0, 12);
const cache = process.env.SECL_CACHE_DIR ?? path.join(homedir(), '.cache', 'secl-stream');
const environment = path.join(cache, 'trainer-tests', hash);
const windows = process.platform === 'win32';
const python = path.join(environment, ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
const whole = path.join(environment, 'installed');

function run(command, args, hint) {
  const { status, error } = spawnSync(command, args, { cwd: trainer, stdio: 'inherit' });
  if (error === undefined && status === 0) return;
  console.error(
    `${command} ${args.slice(0, 3).join(' ')} failed${error ? `: ${error.message}` : ''}. ${hint}`,
  );
  process.exit(1);
}

if (!existsSync(whole)) {
  console.log(`Making a Python environment in ${environment} (about 5.6 GB, some minutes).`);
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(path.dirname(environment), { recursive: true });
  const system = process.env.PYTHON ?? (windows ? 'python' : 'python3');
  run(
    system,
    ['-m', 'venv', environment],
    'Install Python 3.11 or newer with its venv module, or set PYTHON.',
  );
  const hint = 'Look at pip’s message; the next run begins anew.';
  const pip = ['-m', 'pip', '--disable-pip-version-check'];
  const packages = ['-r', lock, ...testPackages(readFileSync(project, 'utf8'))];
  // What is locked and nothing else, as in the image; that nothing is missing is checked afterwards.
  run(python, [...pip, 'install', '--quiet', '--no-deps', ...packages], hint);
  run(python, [...pip, 'check'], hint);
  writeFileSync(whole, '');
}

/** The pinned packages that tests need besides; nothing of the repository itself is built or installed. */
function testPackages(text) {
  const found = /^test = \[([^\]]*)\]/m.exec(text);
  if (found === null) throw new Error('docker/trainer/pyproject.toml lacks the list test.');
  return [...found[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name);
}

const given = process.argv.slice(2);
const kafkaAlone = given.includes('--kafka');
const results = [];
// Pytest itself fails, with status 5, when it finds no test.
if (!kafkaAlone) results.push(spawnSync(python, ['-m', 'pytest', ...given], inherited(trainer)));
if (kafkaAlone || given.length === 0) {
  const tests = ['--enable-source-maps', 'scripts/run-tests.mjs', 'trainer-kafka', '--verbose'];
  results.push(spawnSync(process.execPath, ['scripts/build.mjs'], inherited(root)));
  results.push(
    spawnSync(process.execPath, tests, {
      ...inherited(root),
      // A test that is left out is no test that passed.
      env: { ...process.env, CI: '1', SECL_TEST_TRAINER: python },
    }),
  );
}
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;

function inherited(cwd) {
  return { cwd, stdio: 'inherit' };
}
