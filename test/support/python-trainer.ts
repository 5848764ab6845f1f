import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/app/package-root.ts';
import { freePort } from './free-port.ts';

/** Why no trainer service is tested against; `false` under `npm run test:trainer`, which names its Python. */
export function pythonTrainerSkip(): string | false {
  return process.env['SECL_TEST_TRAINER'] === undefined
    ? 'no trainer service: `npm run test:trainer` starts one'
    : false;
}

/** The service of `docker/trainer` as a process. */
export interface PythonTrainer {
  /** Whether it says that its model is loaded and that the broker answers. */
  isReady(): Promise<boolean>;
  /** What it has logged so far. */
  log(): string;
  /** Resolves with its exit code when it is gone; `null`: a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Sends it a signal; resolves with its exit code when it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts `secl-trainer run` with further parameters, in the Python that `SECL_TEST_TRAINER` names. */
export async function startPythonTrainer(...parameters: readonly string[]): Promise<PythonTrainer> {
  const port = await freePort();
  const child = spawn(
    process.env['SECL_TEST_TRAINER'] ?? '',
    ['-m', 'secl_trainer', 'run', '--health-port', String(port), ...parameters],
    { cwd: join(packageRoot(), 'docker', 'trainer'), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
    child.on('error', () => {
      resolve(null);
    });
  });
  // Whatever ends the tests ends the service too.
  const exit = (): never => process.exit(1);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  // A runner ends a file that hangs by a signal, which would leave out what is done at an exit.
  process.once('SIGTERM', exit);
  return {
    isReady: () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    log: () => log,
    ended,
    end: async (signal) => {
      child.kill(signal);
      const code = await ended;
      process.off('exit', kill);
      process.off('SIGTERM', exit);
      return code;
    },
  };
}
