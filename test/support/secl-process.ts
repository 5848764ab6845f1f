import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { WorkerStatus } from '../../src/app/worker/run-service.ts';
import { packageRoot } from '../../src/app/package-root.ts';

/** The command line, as built. */
export const MAIN = path.join(packageRoot(), 'build', 'src', 'cli', 'main.js');

/** Runs `secl` to its end. */
export function secl(...parameters: readonly string[]): {
  code: number | null;
  out: string;
  err: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...parameters], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  assert.notEqual(status, null, stderr);
  return { code: status, out: stdout, err: stderr };
}

/** A command under way as a process of its own. */
export interface SeclProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
  /** What it has written to stdout so far. */
  output(): string;
  /** What it has written to stderr so far. */
  errors(): string;
}

/** A worker as a process of its own. */
export interface WorkerProcess extends SeclProcess {
  /** Status lines so far. */
  statuses(): readonly Omit<WorkerStatus, 'atMs'>[];
}

/** Starts a command of `secl`. */
export function startSecl(...parameters: readonly string[]): SeclProcess {
  const child = spawn(process.execPath, [MAIN, ...parameters]);
  // Whatever ends the tests ends it too.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return {
    child,
    ended: new Promise((resolve) => {
      child.on('close', (code) => {
        process.off('exit', kill);
        resolve({ code, out, err });
      });
    }),
    output: () => out,
    errors: () => err,
  };
}

/** Starts `secl run` on the stand-in model, with a status line every 0.2 s. */
export function startWorker(...parameters: readonly string[]): WorkerProcess {
  const started = startSecl(
    ...['run', '--model', 'stand-in', '--json', '--every', '0.2'],
    ...parameters,
  );
  return {
    ...started,
    statuses: () =>
      started
        .output()
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as WorkerStatus),
  };
}

/** Waits until a condition holds; fails when patience is at its end. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  patienceMs = 60_000,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > patienceMs) assert.fail('it has not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A line of `secl read --json`. */
export interface Line {
  readonly value: { readonly questionId: string; readonly code: string };
}

/** What `secl read --json` printed. */
export function linesOf<T = Line>(out: string): T[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
