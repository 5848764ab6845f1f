import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/app/package-root.ts';
import { freePort } from '../support/free-port.ts';
import { kafkaSkip, startKafka, type KafkaServer } from '../support/kafka-server.ts';
import { MAIN, until } from '../support/secl-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const execute = promisify(execFile);

/** A command of the README, and what stands below it. */
interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

/** What the README's section on Kafka has its reader type, in its order. */
function commandsOf(readme: string): Shown[] {
  const section = /\n## Kafka\n(.*?)\n## /s.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/```console\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const [command = '', ...output] = text.trimEnd().split('\n');
      return { command, output };
    });
}

/** A line of the README as a pattern: names and numbers of a real model are others than those of the stand-in. */
const SHAPES: readonly (readonly [command: RegExp, line: RegExp])[] = [
  [/^secl read answers/, /^\d+\/\d+ {2}[a-z-]+ {2}(0\.\d{3}|1\.000|–) \(.+?\) {2}\S.*$/],
  [
    /^secl read metrics/,
    // On busy cores an adapter may come before the first window is full.
    /^\d+\/\d+ {2}window \d+\.\d+ pooled {2}\d+ answers, \d+ labelled, ECE \S+, floor \S+, AUROC [^\s,]+(?:, under \d+ adapter versions, .+)?$/,
  ],
];

function skip(): string | false {
  if (process.env['KAFKA_BROKERS'] !== undefined) return 'its topics may be somebody’s';
  return kafkaSkip();
}

describe('the README’s section on Kafka', { skip: skip() }, () => {
  const folder = temporaryFolder();
  const commands = commandsOf(readFileSync(path.join(packageRoot(), 'README.md'), 'utf8'));
  const running: ChildProcess[] = [];
  let server: KafkaServer;
  let port = 0;
  /** As it is typed here: the broker and the worker's health are elsewhere. */
  const here = (text: string): string =>
    text
      .replaceAll(/(?<=localhost:|127\.0\.0\.1:|--health )8080/g, String(port))
      .replaceAll('localhost:9092', server.brokers.join(','));
  /** The model takes minutes to fetch, and a window five to close. */
  const env = {
    ...process.env,
    SECL__MODEL__NAME: 'stand-in',
    SECL__CALIBRATION__CLOSE_AFTER_SECONDS: '1',
  };
  const wordsOf = (command: string): string[] => [MAIN, ...here(command).split(' ').slice(1)];

  const run = async (command: string): Promise<string[]> => {
    // How far it is goes to stderr, and on a terminal away again.
    const { stdout } = await execute(process.execPath, wordsOf(command), { cwd: folder, env });
    return stdout.trimEnd().split('\n');
  };
  /** Starts what ends in `&`, and waits until it has said what is shown. */
  const start = async ({ command, output }: Shown): Promise<void> => {
    const child = spawn(process.execPath, wordsOf(command.replace(/ &$/, '')), {
      ...{ cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    running.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until(() => output.every((line) => said.includes(here(line))), 120_000).catch(() =>
      assert.fail(`${command} said:\n${said}`),
    );
  };

  before(async () => {
    server = await startKafka();
    port = await freePort();
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await server.stop();
  });

  it('does what it shows, from topics to answers, metrics and a trainer', async () => {
    assert.deepEqual(
      commands.map(({ command }) => command.split(' ').slice(0, 3).join(' ')),
      [
        ...[
          'secl topics create',
          'secl topology check',
          'secl stream make',
          'secl send questions.jsonl',
        ],
        ...['secl run --brokers', 'curl -s localhost:8080/health/ready', 'secl read answers'],
        ...['secl read metrics', 'secl trainer --brokers'],
      ],
    );
    for (const shown of commands) {
      const { command, output } = shown;
      const shape = SHAPES.find(([name]) => name.test(command))?.[1];
      if (command.endsWith(' &')) await start(shown);
      else if (command.startsWith('curl')) {
        const answer = async (): Promise<string> =>
          (await fetch(`http://${here(command.split(' ')[2] ?? '')}`)).text();
        await until(async () => (await answer()).trim() === output.join('\n'), 120_000);
      } else if (shape === undefined)
        assert.deepEqual(await run(command), output.map(here), command);
      else {
        for (const line of output) assert.match(line, shape);
        let lines: string[] = [];
        await until(async () => {
          lines = await run(command);
          return lines.length >= output.length && shape.test(lines[0] ?? '');
        }, 120_000).catch(() => assert.fail(`${command} said:\n${lines.join('\n')}`));
        assert.equal(lines.length, output.length);
        for (const line of lines) assert.match(line, shape);
      }
    }
    // `kill %1` ends the worker after the batch in flight.
    const [worker] = running;
    const ended = new Promise((resolve) => worker?.once('close', resolve));
    worker?.kill('SIGTERM');
    assert.equal(await ended, 0);
  });
});
