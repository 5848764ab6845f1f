import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { SeclError } from '../../errors/secl-error.ts';
import { cancelled, storeFailure, systemErrorCode } from './store-failure.ts';

/** How pip is found and how long it may take. */
export interface PipSettings {
  /** Interpreters tried in order, e.g. `python3`, `python`. */
  readonly pythons: readonly string[];
  /** The child's environment; index addresses, proxies and certificates come from here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Most milliseconds without a byte more on disk. @defaultValue 60000 */
  readonly stallTimeoutMs: number;
  /** Milliseconds between two looks at the disk. @defaultValue 500 */
  readonly pollMs: number;
}

/** What {@link pipDownload} is to fetch. */
export interface PipRequest {
  readonly package: string;
  readonly version: string;
  /** An existing folder; earlier wheels in it are removed. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  /** Told about twice a second how many bytes lie on the disk. */
  readonly onBytes?: (bytes: number) => void;
}

const RUN_PREFIX = 'pip-';
const REMOVE = { recursive: true, force: true } as const;

/** Output kept of pip's chatter, in characters: enough for its last error. */
const MAX_OUTPUT = 16_384;

/**
 * Downloads one wheel with the machine's own pip, so that its index, proxy and certificate settings hold.
 *
 * Wheels only (`--only-binary`), no dependencies, no shell, no input: nothing of a package is run. The
 * child's working directory is the private folder, since `python -m` would run a `pip.py` found in it.
 *
 * @returns Path of the wheel; the next call for the same folder removes it.
 * @throws SeclError `DOWNLOAD_FAILED` with pip's reason; `STORE_FAILED`; `CANCELLED`.
 */
export async function pipDownload(request: PipRequest, settings: PipSettings): Promise<string> {
  // Names of its own, for a pip whose parent was killed goes on writing to the folders it knows.
  const run = join(request.folder, `${RUN_PREFIX}${randomUUID()}`);
  const work = join(run, 'temporary');
  const target = join(run, 'wheel');
  try {
    for (const name of await readdir(request.folder)) {
      if (name.startsWith(RUN_PREFIX)) await rm(join(request.folder, name), REMOVE);
    }
    for (const folder of [work, target]) await mkdir(folder, { recursive: true });
  } catch (error) {
    throw storeFailure(error, `prepare ${request.folder}`);
  }
  const reasons: string[] = [];
  try {
    for (const python of settings.pythons) {
      const outcome = await runPip(python, request, settings, work, target);
      if (outcome === 'absent') reasons.push(`${python} is not there`);
      else if (outcome === 'done') return await onlyWheel(target);
      else if (outcome.noPip) reasons.push(`${python} has no pip`);
      else throw new SeclError('DOWNLOAD_FAILED', `pip: ${outcome.reason}`);
    }
  } finally {
    await rm(work, REMOVE);
  }
  throw new SeclError('DOWNLOAD_FAILED', reasons.join(', '), {
    hint: 'Install Python with pip, or name the interpreter in SECL_PYTHON.',
  });
}

type Outcome = 'absent' | 'done' | { readonly noPip: boolean; readonly reason: string };

function pipArguments(request: PipRequest, target: string): string[] {
  const options = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input'];
  const quiet = ['--disable-pip-version-check', '--progress-bar=off', '--no-color'];
  // Few and short tries: another source may be left, and a pull can be repeated.
  const patience = ['--retries=1', '--timeout=15'];
  const what = `${request.package}==${request.version}`;
  return ['-m', 'pip', 'download', ...options, ...quiet, ...patience, '--dest', target, what];
}

function runPip(
  python: string,
  request: PipRequest,
  settings: PipSettings,
  work: string,
  target: string,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // pip downloads into the temporary folder first; ours lets progress be seen, and cleaned up.
    const env = { ...settings.environment, TMPDIR: work, TMP: work, TEMP: work };
    const child = spawn(python, pipArguments(request, target), {
      cwd: work,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: false,
      windowsHide: true,
      // A group of its own, so that `stop` reaches pip also behind a wrapper such as pyenv's.
      detached: process.platform !== 'win32',
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-MAX_OUTPUT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let stopReason: 'cancelled' | 'stalled' | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (reason: 'cancelled' | 'stalled'): void => {
      stopReason ??= reason;
      killGroup(child, 'SIGTERM');
      killTimer ??= setTimeout(() => {
        killGroup(child, 'SIGKILL');
      }, 2000);
    };
    const onAbort = (): void => {
      stop('cancelled');
    };
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted === true) onAbort();
    let seen = -1;
    let idleMs = 0;
    const watch = setInterval(() => {
      void folderBytes([work, target]).then((bytes) => {
        idleMs = bytes === seen ? idleMs + settings.pollMs : 0;
        seen = bytes;
        request.onBytes?.(bytes);
        if (idleMs >= settings.stallTimeoutMs) stop('stalled');
      });
    }, settings.pollMs);
    const settle = (): void => {
      clearInterval(watch);
      clearTimeout(killTimer);
      request.signal?.removeEventListener('abort', onAbort);
    };
    child.once('error', (error) => {
      settle();
      if (systemErrorCode(error) === 'ENOENT') resolve('absent');
      else resolve({ noPip: false, reason: error.message });
    });
    child.once('close', (code, signal) => {
      settle();
      if (stopReason === 'cancelled') reject(cancelled());
      else if (stopReason === 'stalled') {
        const seconds = Math.round(settings.stallTimeoutMs / 1000);
        resolve({ noPip: false, reason: `no progress for ${seconds} s` });
      } else if (code === 0) resolve('done');
      else
        resolve({
          noPip: /No module named pip\b/.test(output),
          reason: lastError(output, code ?? signal),
        });
    });
  });
}

/** Signals a child and all it started. */
function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** Bytes of all files below some folders; files that vanish meanwhile count nothing. */
async function folderBytes(folders: readonly string[]): Promise<number> {
  let total = 0;
  for (const folder of folders) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    for (const name of names) {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats?.isFile() === true) total += stats.size;
    }
  }
  return total;
}

/** pip's own last error line, without what an index address may carry as credentials. */
function lastError(output: string, status: number | string | null): string {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  const line = lines.findLast((text) => text.startsWith('ERROR:')) ?? lines.at(-1);
  if (line === undefined) return `it ended with ${status ?? 'nothing'} and said nothing`;
  return line
    .replace(/^ERROR:\s*/, '')
    .replace(/:\/\/[^\s/@]*@/g, '://')
    .slice(0, 200);
}

async function onlyWheel(target: string): Promise<string> {
  const wheels = (await readdir(target)).filter((name) => name.endsWith('.whl'));
  const [name] = wheels;
  if (name === undefined || wheels.length > 1) {
    throw new SeclError('DOWNLOAD_FAILED', `pip left ${wheels.length} wheels, one was expected`);
  }
  return join(target, name);
}
