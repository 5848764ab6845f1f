import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that serves, and when it does. */
export interface ServerOptions {
  readonly command: string;
  readonly parameters: readonly string[];
  /** Beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Answers with 2xx once it is ready. */
  readonly readyUrl: string;
  /** How long that may take. */
  readonly readyMs: number;
}

/**
 * Starts a program and waits until it is ready.
 *
 * @returns Ends it by a signal, and resolves when it is gone.
 */
export async function startServer(
  name: string,
  { command, parameters, environment, folder, readyUrl, readyMs }: ServerOptions,
): Promise<(signal: 'SIGTERM' | 'SIGKILL') => Promise<void>> {
  const child = spawn(command, [...parameters], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-3000)));
  const ended = once(child, 'exit');
  const ready = async (): Promise<boolean> =>
    (await fetch(readyUrl).catch(() => undefined))?.ok === true;
  const startedMs = performance.now();
  while (!(await ready())) {
    if (child.exitCode !== null || performance.now() - startedMs > readyMs) {
      child.kill('SIGKILL');
      throw new Error(`${name} did not start: ${said}`);
    }
    await sleep(100);
  }
  return async (signal) => {
    child.kill(signal);
    await ended;
  };
}
