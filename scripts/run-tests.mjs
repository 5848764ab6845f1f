/**
 * Runs the built tests, one process a file, and fails when a test fails, when a file holds none, or when
 * none ran at all (`node --test` alone calls that a success). Arguments: parts of paths to run only
 * those files; `--verbose` names every test and shows what the tests print.
 *
 * Where CI is set, a skip is a failure, unless test/allowed-skips.txt lists it, or its reason holds what
 * SECL_ALLOWED_SKIP says. Without CI, as on a developer's machine, it is named with its reason and fails nothing.
 *
 * The last line is always `N passed, N failed, N skipped`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { startKafkaContainer } from './kafka-container.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Three processes: on the two cores of the smallest machine, since many tests wait for brokers and clocks. */
const CONCURRENCY = 3;
/** A file that takes longer than this hangs. */
const FILE_TIMEOUT_MS = 900_000;

const verbose = process.argv.includes('--verbose');
const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const names = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => patterns.length === 0 || patterns.some((p) => join('test', file).includes(p)))
  .sort();
const files = names.map((name) => join(root, 'build', 'test', name.replace(/\.ts$/, '.js')));

const counts = { passed: 0, failed: 0, skipped: 0 };
const skips = [];
const failures = [];
/** What each file printed. */
const output = new Map();
/** File whose events arrive at the moment, with what was counted in it. */
let current;

const started = performance.now();
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const shortName = (file) =>
  file === undefined
    ? '?'
    : relative(root, file)
        .replace(/^(build\/)?test\//, '')
        .replace(/\.test\.(js|ts)$/, '');

/** Printed lines by file; events name a file by its source or by what was built from it. */
function outputOf(file) {
  const name = shortName(file);
  const lines = output.get(name) ?? [];
  output.set(name, lines);
  return lines;
}

function closeFile() {
  if (current === undefined) return;
  const { file, tests, failed, durationMs } = current;
  // A contract suite registers its tests from other files: only a test file itself may not be empty.
  const empty = tests === 0 && /\.test\.(js|ts)$/.test(file);
  if (empty) {
    counts.failed += 1;
    failures.push({ file, name: '(file)', error: 'The file holds no test.' });
  }
  const mark = failed > 0 || empty ? 'FAIL' : 'ok  ';
  console.log(`${mark} ${shortName(file)} (${tests} tests, ${seconds(durationMs)})`);
  if (verbose || mark === 'FAIL') process.stdout.write(outputOf(file).join(''));
  current = undefined;
}

function openFile(file) {
  if (file === undefined || current?.file === file) return;
  closeFile();
  current = { file, tests: 0, failed: 0, durationMs: 0 };
}

/** The thrown error, out of the wrapper that node:test puts around it. */
function causeOf(error) {
  const cause = error?.cause ?? error;
  return cause instanceof Error || typeof cause === 'object' ? inspect(cause) : String(cause);
}

function settle(kind, data) {
  openFile(data.file);
  if (data.nesting === 0 && current !== undefined) current.durationMs += data.details.duration_ms;
  const isSuite = data.details?.type === 'suite';
  const isFile = files.includes(data.name) || data.name === data.file;
  if (data.skip !== undefined || data.todo !== undefined) {
    const reason = data.skip ?? data.todo;
    counts.skipped += 1;
    if (current !== undefined) current.tests += 1;
    skips.push({
      file: data.file,
      name: data.name,
      reason: typeof reason === 'string' && reason !== '' ? reason : 'no reason given',
    });
  } else if (kind === 'fail') {
    // A suite or file whose tests failed has been counted by them.
    if (data.details.error?.failureType === 'subtestsFailed') return;
    counts.failed += 1;
    if (current !== undefined) {
      current.tests += 1;
      current.failed += 1;
    }
    failures.push({ file: data.file, name: data.name, error: causeOf(data.details.error) });
  } else if (!isSuite && !isFile) {
    counts.passed += 1;
    if (current !== undefined) current.tests += 1;
    if (verbose)
      outputOf(data.file).push(`       ${data.name} (${seconds(data.details.duration_ms)})\n`);
  }
}

const missing = files.filter((file) => !existsSync(file));
for (const file of missing) failures.push({ file, name: '(file)', error: 'It was not built.' });
counts.failed += missing.length;

/** Tests of Kafka find their broker by themselves, but for a container, which all of them share. */
async function openKafka() {
  const needed = files.some(
    (file) => existsSync(file) && readFileSync(file, 'utf8').includes('/kafka-server.js'),
  );
  if (!needed) return undefined;
  const { kafkaJars } = await import('../build/test/support/kafka-jars.js');
  const container = await startKafkaContainer(() => kafkaJars().skip === false).catch((error) => {
    // Asked for, it is not replaced by another one without a word.
    if (process.env['KAFKA_CONTAINER'] === '1') throw error;
    console.log(`No Kafka in a container: ${error.message}`);
  });
  if (container === undefined) return undefined;
  console.log(`Kafka in a container at ${container.brokers}`);
  process.env['KAFKA_BROKERS'] = container.brokers;
  return container;
}

if (files.length > missing.length) {
  const kafka = await openKafka();
  const events = run({
    files: files.filter((file) => !missing.includes(file)),
    concurrency: CONCURRENCY,
    timeout: FILE_TIMEOUT_MS,
  });
  for await (const { type, data } of events) {
    if (type === 'test:pass') settle('pass', data);
    else if (type === 'test:fail') settle('fail', data);
    else if (type === 'test:stdout' || type === 'test:stderr')
      outputOf(data.file).push(data.message);
  }
  closeFile();
  await kafka?.stop();
}

/** Skips that nobody has allowed: `FILE: REASON`, each the beginning of a path and a part of a reason. */
function unlistedSkips() {
  const listed = readFileSync(join(root, 'test', 'allowed-skips.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf(': ');
      return { path: line.slice(0, at), part: line.slice(at + 2).trim() };
    });
  const extra = process.env['SECL_ALLOWED_SKIP'] ?? '';
  if (extra !== '') listed.push({ path: '', part: extra });
  return skips.filter(
    ({ file, reason }) =>
      !listed.some(({ path, part }) => shortName(file).startsWith(path) && reason.includes(part)),
  );
}
const unlisted = (process.env['CI'] ?? '') === '' ? [] : unlistedSkips();
for (const { file, name, reason } of unlisted) {
  const error = `Skipped, which CI allows only as test/allowed-skips.txt says: ${reason}`;
  failures.push({ file, name, error });
}
counts.skipped -= unlisted.length;
counts.failed += unlisted.length;

for (const { file, name, error } of failures) {
  console.log(`\nFAILED ${shortName(file)} > ${name}\n${error}`);
}
const allowed = skips.filter((skip) => !unlisted.includes(skip));
if (allowed.length > 0) console.log('\nSkipped:');
for (const { file, name, reason } of allowed) {
  console.log(`  ${shortName(file)} > ${name}: ${reason}`);
}
const ran = counts.passed + counts.failed;
if (ran === 0) console.log('\nNo test ran: that is a failure.');
console.log(`\n${files.length} files, ${seconds(performance.now() - started)}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || ran === 0 ? 1 : 0;
