/**
 * `npm test`: every check with its duration, the build first, then two at a time: what the smallest
 * machine has cores for. Tests come last, so that their counts are the last line; a broken build stops
 * everything, any other broken check makes the end a failure.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** After the build, the longest first, so that the two lanes end together. */
const CHECKS = [
  ...['lint', 'format:check', 'docs:api:check', 'arrows', 'dead'],
  ...['licences:check', 'docs:pictures:check', 'docs:results:check'],
];
const LANES = 2;

const broken = [];

/** Runs one script and prints what it said in one piece, since another one runs beside it. */
async function runScript(script) {
  const started = performance.now();
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const said = [];
  child.stdout.on('data', (data) => said.push(data));
  child.stderr.on('data', (data) => said.push(data));
  const [status] = await once(child, 'close');
  const duration = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(said));
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${script} (${duration} s)`);
  if (status !== 0) broken.push(script);
}

async function runLane(scripts) {
  for (let next = scripts.shift(); next !== undefined; next = scripts.shift())
    await runScript(next);
}

await runScript('build');
if (!broken.includes('build')) {
  const waiting = [...CHECKS];
  await Promise.all(Array.from({ length: LANES }, () => runLane(waiting)));
}
if (broken.length > 0) console.error(`Failed: ${broken.join(', ')}. Tests cannot make that good.`);

const tests = broken.includes('build')
  ? 1
  : spawnSync(process.execPath, ['--enable-source-maps', 'scripts/run-tests.mjs'], {
      stdio: 'inherit',
    }).status;
process.exitCode = tests === 0 && broken.length === 0 ? 0 : 1;
