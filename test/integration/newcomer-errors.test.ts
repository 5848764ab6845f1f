import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openEmbeddedLog } from '../../src/adapters/embedded-log/open-embedded-log.ts';
import { packageRoot } from '../../src/app/package-root.ts';
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();
const main = join(packageRoot(), 'build', 'src', 'cli', 'main.js');
const server = createServer();
let port = 0;

/** Runs the command line as a newcomer would: in an empty folder, without cache and network. */
function secl(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const env = {
    ...process.env,
    SECL_OFFLINE: '1',
    SECL_CACHE_DIR: join(folder, 'cache'),
    SECL_ALERT_WEBHOOK: 'alerts.example',
    // The test's own Node options are not a newcomer's.
    NODE_OPTIONS: '',
  };
  return new Promise((resolve) => {
    // A command that does not end has no code.
    const options = { cwd: folder, env, timeout: 120_000 };
    execFile(process.execPath, [main, ...args], options, (error, _, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr });
    });
  });
}

const STAND_IN = ['--model', 'stand-in'];

/** What a newcomer does, the code it must end with, and what the last line must say to do. */
const CASES: readonly (readonly [
  name: string,
  args: () => readonly string[],
  code: string,
  advice: RegExp,
])[] = [
  [
    'no model, no network',
    () => ['replay', 's.jsonl'],
    'DOWNLOAD_FAILED',
    /secl model pull .* --from/,
  ],
  [
    'a page of a log with a registry',
    () => ['dashboard', '--log', 'runs/a', '--registry', 'http://localhost:8081'],
    'USAGE',
    /name those with --brokers/,
  ],
  [
    'a model that is none',
    () => ['replay', 's.jsonl', '--model', 'nosuch'],
    'MODEL_NOT_FOUND',
    /secl model list/,
  ],
  [
    'a file that is no model',
    () => ['replay', 's.jsonl', '--model', './bad.gguf'],
    'GGUF_INVALID',
    /again/,
  ],
  ['no stream', () => ['replay', 'none.jsonl', ...STAND_IN], 'FILE_UNREADABLE', /path/],
  [
    'a wrong file format',
    () => ['replay', 'bad.gguf', ...STAND_IN],
    'STREAM_INVALID',
    /docs\/streams\.md/,
  ],
  [
    'a wrong topology key',
    () => ['replay', 's.jsonl', ...STAND_IN, '--topology', 't.yaml'],
    'TOPOLOGY_INVALID',
    /topology check/,
  ],
  [
    'a topology check of brokers, without --connect',
    () => ['topology', 'check', '--brokers', 'localhost:9092'],
    'USAGE',
    /Add --connect/,
  ],
  ['no topology', () => ['topology', 'check', 'none.yaml'], 'FILE_UNREADABLE', /YAML file/],
  ['no run', () => ['report', 'none'], 'FILE_UNREADABLE', /folder of a run/],
  ['a folder in use', () => ['report', 'busy'], 'LOG_IN_USE', /Wait until/],
  [
    'a folder in use by a replay',
    () => ['replay', 's.jsonl', ...STAND_IN, '--run', 'busy'],
    'LOG_IN_USE',
    /another folder/,
  ],
  ['a damaged folder', () => ['report', 'broken'], 'LOG_CORRUPT', /./],
  [
    'a port that is taken',
    () => ['replay', 's.jsonl', ...STAND_IN, '--run', 'r', '--dashboard', String(port)],
    'ADDRESS_IN_USE',
    /another port/,
  ],
  [
    'a webhook that is no address',
    () => ['run', ...STAND_IN, '--log', 'worker'],
    'USAGE',
    /whole address/,
  ],
  ['a file that is there', () => ['init', 't.yaml'], 'USAGE', /--force/],
  [
    'no Kafka',
    () => ['topics', 'create', '--brokers', '127.0.0.1:1'],
    'BROKER_FAILED',
    /brokers run/,
  ],
  [
    'Kafka’s address without its port',
    () => ['send', 's.jsonl', '--brokers', 'localhost'],
    'USAGE',
    /localhost:9092/,
  ],
  [
    'a port that is none',
    () => ['send', 's.jsonl', '--brokers', 'localhost:99999'],
    'USAGE',
    /65535/,
  ],
  [
    'an address that Kafka’s client cannot take',
    () => ['send', 's.jsonl', '--brokers', '[::1]:9092'],
    'USAGE',
    /localhost:9092/,
  ],
  ['no topics, or --brokers forgotten', () => ['read', 'answers'], 'FILE_UNREADABLE', /--brokers/],
  [
    'dead letters of a folder that is none',
    () => ['dead-letters', 'list', '--log', 'nosuch'],
    'FILE_UNREADABLE',
    /--log/,
  ],
  ['an unknown command', () => ['replya'], '', /--help/],
];

describe('a newcomer’s errors', () => {
  let log: Awaited<ReturnType<typeof openEmbeddedLog>>;
  before(async () => {
    writeFileSync(join(folder, 's.jsonl'), '{"id":"a","question":"Why?","accepted":["x"]}\n');
    writeFileSync(join(folder, 'bad.gguf'), 'hello\n');
    writeFileSync(join(folder, 't.yaml'), 'version: 1\nname: t\ngate:\n  burts: 3\n');
    mkdirSync(join(folder, 'broken', 'log'), { recursive: true });
    writeFileSync(join(folder, 'broken', 'log', 'CURRENT'), 'nonsense');
    log = await openEmbeddedLog({ folder: join(folder, 'busy', 'log'), clock: SYSTEM_CLOCK });
    await secl(['topics', 'create', '--log', 'worker']);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  after(async () => {
    await log.close();
    server.close();
  });

  for (const [name, args, code, advice] of CASES)
    it(`${name}: ends in what is wrong and what to do`, async () => {
      const { code: exit, stderr } = await secl(args());
      assert.ok(exit === 1 || exit === 2, `exit code ${exit}`);
      const lines = stderr.trimEnd().split('\n');
      if (code !== '')
        assert.ok(
          lines.some((line) => line.endsWith(`[${code}]`)),
          stderr,
        );
      assert.match(lines.at(-1) ?? '', advice, stderr);
      assert.doesNotMatch(stderr, /^\s+at /m, 'a stack');
      assert.doesNotMatch(stderr, /INTERNAL/);
    });
});
