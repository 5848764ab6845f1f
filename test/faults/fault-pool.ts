import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FaultProcessConfig } from './fault-config.ts';

/** How long a process that was told to stop may take. */
const STOP_MS = 60_000;

type Role = FaultProcessConfig['role'];

/** A process of the round. */
export interface FaultProcess {
  readonly role: Role;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

/** The processes of a round, each started again when it ends by itself, as a supervisor does. */
export class FaultPool {
  readonly #config: Omit<FaultProcessConfig, 'role'>;
  readonly #live = new Set<FaultProcess>();
  /** What processes said before they ended by themselves. */
  readonly complaints: string[] = [];
  readonly #draining = new Set<FaultProcess>();
  /** End of what each process wrote to its standard error. */
  readonly #said = new Map<FaultProcess, string>();
  #isStopping = false;

  constructor(config: Omit<FaultProcessConfig, 'role'>) {
    this.#config = config;
  }

  /** Those that run and were not told to stop, of a role. */
  live(role: Role): readonly FaultProcess[] {
    const running = [...this.#live].filter((process) => process.role === role);
    return running.filter((process) => !this.#draining.has(process));
  }

  start(role: Role): FaultProcess {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const file = fileURLToPath(new URL(`./fault-process.${extension}`, import.meta.url));
    const config: FaultProcessConfig = { ...this.#config, role };
    const child = spawn(process.execPath, [...process.execArgv, file, JSON.stringify(config)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said = `${said}${bytes.toString()}`.slice(-4000);
      if (this.#live.has(started)) this.#said.set(started, said);
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        this.#live.delete(started);
        this.#said.delete(started);
        if (code !== 0 && signal === null) {
          this.complaints.push(`${role}: ${said}`);
          if (!this.#isStopping) this.start(role);
        }
        resolve();
      });
    });
    const started: FaultProcess = { role, child, ended };
    this.#live.add(started);
    return started;
  }

  /** Ends one at once, and waits until it is gone. */
  async kill(process: FaultProcess): Promise<void> {
    process.child.kill('SIGKILL');
    await process.ended;
  }

  /** Tells one to finish what is under way. */
  async drain(process: FaultProcess): Promise<boolean> {
    this.#draining.add(process);
    process.child.kill('SIGCONT');
    process.child.kill('SIGTERM');
    const done = new AbortController();
    const inTime = await Promise.race([
      process.ended.then(() => true),
      sleep(STOP_MS, false, { signal: done.signal }).catch(() => false),
    ]);
    done.abort();
    if (!inTime) await this.kill(process);
    return inTime;
  }

  /** Has every process say where it stands. */
  async interrogate(): Promise<readonly string[]> {
    const said = this.complaints.length;
    for (const process of this.#live) process.child.kill('SIGUSR2');
    await sleep(1000);
    return [...this.#said.values(), ...this.complaints.slice(said)];
  }

  /** Stops all. @returns How many did not stop in time when they were told to. */
  async stop(): Promise<number> {
    this.#isStopping = true;
    const inTime = await Promise.all([...this.#live].map((process) => this.drain(process)));
    return inTime.filter((each) => !each).length;
  }

  /** Ends all at once. */
  async killAll(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#live].map((process) => this.kill(process)));
  }
}
