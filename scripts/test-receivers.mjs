/**
 * `npm run test:receivers`: sends a replay's traces and metrics to real receivers and reads them back. Needs a build.
 *
 * - Prometheus, if `prometheus` is on the path (`apt-get install prometheus`): scrapes a replay; every metric that the
 *   replay makes must be found through its API.
 * - Arize Phoenix, if `PHOENIX` names its program (`pip install arize-phoenix` in an environment of its own): takes a
 *   replay's traces; inputs, outputs, token counts and evaluations must be found through its API. `--phoenix`: it alone.
 *
 * What is not there is skipped and said.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../build/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'secl-receivers-'));
const children = [];
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function start(command, args, env = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => (said = (said + data).slice(-4000)));
  child.said = () => said;
  children.push(child);
  return child;
}

/** What `look` gives once it gives something; fails with what was seen last. */
async function eventually(what, seconds, look) {
  const end = performance.now() + seconds * 1000;
  let last;
  while (performance.now() < end) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await sleep(500);
  }
  throw new Error(`${what}: not within ${seconds} s${last ? `, ${last.message}` : ''}`);
}

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.json();
}

/** A stream of questions, of two kinds one after the other, with labels. */
function writeStream(name, count) {
  const lines = Array.from({ length: count }, (_, i) =>
    i === 5
      ? '{"id":"broken"}'
      : JSON.stringify({
          id: `q${i}`,
          question:
            i < count / 2 ? `What is the colour of thing ${i}?` : `What is ${i} plus ${i + 1}?`,
          accepted: [i % 2 === 0 ? 'red' : String(2 * i + 1)],
          domain: i < count / 2 ? 'colours' : 'sums',
        }),
  );
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function writeTopology(name, telemetry) {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `version: 1\nname: ${name}\ngate: { kind: drift, warmUp: 4, burst: 12 }\ncalibration: { size: 20 }\ntelemetry: ${telemetry}\n`,
  );
  return file;
}

async function prometheus() {
  if (spawnSync('prometheus', ['--version']).error !== undefined) {
    console.log('skipped: no prometheus on the path (`apt-get install prometheus`)');
    return;
  }
  const [offered, asked] = [await freePort(), await freePort()];
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: secl, static_configs: [{ targets: ['127.0.0.1:${offered}'] }] }]\n`,
  );
  const server = start('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${asked}`,
  ]);
  const api = `http://127.0.0.1:${asked}/api/v1`;
  await eventually(
    'prometheus',
    60,
    async () => (await fetch(`http://127.0.0.1:${asked}/-/ready`)).ok || undefined,
  );
  const topology = writeTopology(
    'scraped',
    `{ traces: { exporter: none }, metrics: { exporter: prometheus, endpoint: '127.0.0.1:${offered}' } }`,
  );
  const replay = start(process.execPath, [
    ...[cli, 'replay', writeStream('scraped', 4000), '--model', 'stand-in'],
    ...['--topology', topology, '--run', join(folder, 'scraped')],
  ]);
  const wanted = [
    ...['secl_calibration_ece', 'secl_calibration_ece_floor', 'secl_calibration_brier'],
    ...['secl_calibration_accuracy', 'secl_calibration_labelled', 'secl_answers_total'],
    ...['secl_answer_confidence_count', 'secl_dead_letters_total', 'secl_gate_statistic'],
    ...[
      'secl_gate_threshold',
      'secl_gate_bursts_total',
      'secl_adapter_version',
      'secl_adapter_lag',
    ],
    ...['secl_adapter_decisions_total', 'secl_training_share', 'secl_training_duration_count'],
    ...['secl_batch_records_sum', 'secl_batch_in_flight', 'secl_phase_duration_sum'],
    ...['secl_phase_tokens_total', 'secl_consumer_lag', 'messaging_process_duration_count'],
    ...['gen_ai_client_token_usage_sum', 'gen_ai_client_operation_duration_count'],
  ];
  const found = await eventually('all metrics', 240, async () => {
    const { data } = await json(`${api}/label/__name__/values`);
    const missing = wanted.filter((name) => !data.includes(name));
    if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}; ${replay.said()}`);
    return data.filter((name) => /^(secl|messaging|gen_ai)_/.test(name));
  });
  const { data } = await json(
    `${api}/query?query=${encodeURIComponent('max_over_time(secl_calibration_ece{secl_score="published"}[10m])')}`,
  );
  const ece = Number(data.result[0]?.value[1]);
  assert.ok(ece >= 0 && ece <= 1, `the ECE is ${ece}`);
  replay.kill();
  server.kill();
  const version = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
  console.log(
    `ok: ${/version \S+/.exec(version.stdout + version.stderr)?.[0]?.replace('version', 'Prometheus')} scraped ${found.length} series names of a replay, the ECE among them (${ece.toFixed(3)})`,
  );
}

async function phoenix() {
  const program = process.env.PHOENIX;
  if (program === undefined) {
    console.log('skipped: PHOENIX does not name the program of Arize Phoenix');
    return;
  }
  const [port, grpc] = [await freePort(), await freePort()];
  const base = `http://127.0.0.1:${port}`;
  const server = start(program, ['serve'], {
    PHOENIX_HOST: '127.0.0.1',
    PHOENIX_PORT: String(port),
    PHOENIX_GRPC_PORT: String(grpc),
    PHOENIX_WORKING_DIR: join(folder, 'phoenix'),
    PHOENIX_TELEMETRY_ENABLED: 'false',
  });
  await eventually(
    'phoenix',
    300,
    async () => (await fetch(`${base}/healthz`)).ok || undefined,
  ).catch((error) => {
    throw new Error(`${error.message}; ${server.said()}`);
  });
  const topology = writeTopology('watched', '{ captureContent: true }');
  const replay = spawnSync(
    process.execPath,
    [
      cli,
      'replay',
      writeStream('watched', 40),
      '--model',
      'stand-in',
      '--topology',
      topology,
      '--run',
      join(folder, 'watched'),
    ],
    { env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: base }, cwd: folder, encoding: 'utf8' },
  );
  assert.equal(replay.status, 0, replay.stderr);
  const spans = await eventually('the spans of 40 questions', 60, async () => {
    const all = [];
    let cursor = '';
    do {
      const page = await json(`${base}/v1/projects/default/spans?limit=500${cursor}`);
      all.push(...page.data);
      cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : '';
    } while (cursor !== '');
    const roots = all.filter(({ attributes }) => attributes['secl.question.id'] !== undefined);
    if (roots.length < 40) throw new Error(`${roots.length} questions of ${all.length} spans`);
    return all;
  });
  const answers = spans.filter(({ attributes }) => attributes['secl.phase'] === 'answer');
  assert.equal(answers.length, 39);
  const has = (name) => answers.filter(({ attributes }) => attributes[name] !== undefined).length;
  const counts = Object.fromEntries(
    [
      ...['gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.usage.input_tokens'],
      ...[
        'gen_ai.usage.output_tokens',
        'gen_ai.evaluation.score.value',
        'gen_ai.evaluation.score.label',
      ],
      ...['llm.token_count.prompt', 'llm.token_count.completion'],
    ].map((name) => [name, has(name)]),
  );
  // What Phoenix made of them for its own page.
  for (const { span_kind: kind, attributes } of answers) {
    assert.equal(kind, 'LLM');
    assert.match(String(attributes['llm.input_messages.1.message.content']), /^What is /);
    assert.equal(typeof attributes['llm.output_messages.0.message.content'], 'string');
    assert.equal(attributes['llm.token_count.prompt'], attributes['gen_ai.usage.input_tokens']);
    assert.equal(
      attributes['llm.token_count.completion'],
      attributes['gen_ai.usage.output_tokens'],
    );
  }
  if (process.argv.includes('--verbose')) console.log(JSON.stringify(answers[0], null, 2));
  for (const name of Object.keys(counts).slice(0, 6)) assert.equal(counts[name], 39, name);
  const events = answers.filter(({ events }) =>
    events?.some(({ name }) => name === 'gen_ai.evaluation.result'),
  );
  assert.equal(events.length, 39);
  server.kill();
  console.log(
    `ok: Phoenix gave back ${spans.length} spans of 40 questions; of 39 answers ${JSON.stringify(counts)}, ${events.length} with their evaluation`,
  );
}

if (!process.argv.includes('--phoenix')) await prometheus();
await phoenix();
process.exit();
