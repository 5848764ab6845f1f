/**
 * `npm test`: every check in turn, with its duration. Tests come last, so that their counts are the last
 * line; a broken build stops everything, any other broken check makes the end a failure.
 */
import { spawnSync } from 'node:child_process';

const STEPS = [
  ...['build', 'lint', 'arrows', 'dead', 'format:check'],
  ...['licences:check', 'docs:pictures:check', 'docs:results:check', 'docs:api:check'],
];

const runScript = (script) => {
  const started = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const duration = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${script} (${duration} s)`);
  return status === 0;
};

const broken = [];
for (const step of STEPS) {
  if (runScript(step)) continue;
  broken.push(step);
  if (step === 'build') break;
}
if (broken.length > 0) console.error(`Failed: ${broken.join(', ')}. Tests cannot make that good.`);

const tests = broken.includes('build')
  ? 1
  : spawnSync(process.execPath, ['--enable-source-maps', 'scripts/run-tests.mjs'], {
      stdio: 'inherit',
    }).status;
process.exitCode = tests === 0 && broken.length === 0 ? 0 : 1;
