import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of a module in this folder, with the messages it has sent. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly messages: unknown[];
  /** The next message; rejects if the process ends first. */
  next(): Promise<unknown>;
  /** Ends it with `SIGKILL` and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a module of `test/support` as a process, from its source or as built, like the caller. */
export function startProcess(module: string, ...parameters: string[]): StartedProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const path = fileURLToPath(new URL(`./${module}.${extension}`, import.meta.url));
  const child = fork(path, parameters, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  return {
    child,
    messages,
    next: () =>
      new Promise((resolve, reject) => {
        child.once('message', resolve);
        void exited.then(() => {
          reject(new Error(`${module} has ended`));
        });
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
