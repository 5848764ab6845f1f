import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { SeclError } from '../src/errors/secl-error.ts';
import { workloadSpeed, type WorkloadSpeed } from './engine-speed.ts';
import { workloads, type Round, type Workload } from './workload.ts';

/** To an engine's process. */
export type MessageToEngine =
  { readonly kind: 'run'; readonly workload: Workload } | { readonly kind: 'end' };

/** From an engine's process. */
export type MessageFromEngine =
  | { readonly kind: 'ready'; readonly openSeconds: number; readonly about: string }
  | { readonly kind: 'round'; readonly round: Round }
  | { readonly kind: 'memory'; readonly peakResidentBytes: number }
  | { readonly kind: 'failed'; readonly message: string };

/** An engine as measured. */
export interface EngineFigures {
  readonly engine: string;
  readonly openSeconds: number;
  readonly peakResidentBytes: number;
  readonly speeds: readonly WorkloadSpeed[];
}

/** An engine in a process of its own, so that its memory can be told from everybody else's. */
export class EngineProcess {
  readonly about: string;
  readonly openSeconds: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, about: string, openSeconds: number) {
    this.#child = child;
    this.about = about;
    this.openSeconds = openSeconds;
  }

  /** Starts a script that speaks {@link MessageFromEngine}. @throws SeclError `MODEL_FAILED`. */
  static async start(script: string, settings: object): Promise<EngineProcess> {
    const child = fork(script, [JSON.stringify(settings)], { stdio: ['ignore', 2, 2, 'ipc'] });
    const first = await receive(child, 'ready');
    return new EngineProcess(child, first.about, first.openSeconds);
  }

  /** Runs one workload once. @throws SeclError `MODEL_FAILED`. */
  async run(workload: Workload): Promise<Round> {
    this.#post({ kind: 'run', workload });
    return (await receive(this.#child, 'round')).round;
  }

  /** Ends the process. @returns The most bytes that were resident at once. */
  async end(): Promise<number> {
    this.#post({ kind: 'end' });
    const { peakResidentBytes } = await receive(this.#child, 'memory');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return peakResidentBytes;
  }

  #post(message: MessageToEngine): void {
    this.#child.send(message);
  }
}

type MessageOf<K extends MessageFromEngine['kind']> = Extract<MessageFromEngine, { kind: K }>;

/** The next message, which must be of that kind. */
async function receive<K extends MessageFromEngine['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<MessageOf<K>> {
  const message = await new Promise<MessageFromEngine>((resolve) => {
    const onMessage = (received: unknown): void => {
      child.off('exit', onExit);
      resolve(received as MessageFromEngine);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      child.off('message', onMessage);
      resolve({ kind: 'failed', message: `it ended with ${code ?? signal ?? 'nothing'}` });
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
  if (message.kind === kind) return message as MessageOf<K>;
  throw new SeclError(
    'MODEL_FAILED',
    `an engine failed: ${message.kind === 'failed' ? message.message : message.kind}`,
  );
}

/**
 * Measures engines on the same workloads, turn by turn, so that a busy spell of the machine hits all of them.
 * The first round warms up and is not counted.
 *
 * @param engines - Ended afterwards.
 * @param onRound - Told before each round.
 */
export async function measureEngines(
  engines: readonly EngineProcess[],
  options: { readonly rounds: number; readonly seed: number },
  onRound: (round: number) => void = () => undefined,
): Promise<EngineFigures[]> {
  const rounds = new Map<string, Round[]>();
  const key = (engine: EngineProcess, workload: Workload): string =>
    `${engines.indexOf(engine)} ${workload.name}`;
  for (let round = 0; round <= options.rounds; round++) {
    onRound(round);
    for (const workload of workloads(options.seed, round))
      for (const engine of engines) {
        const took = await engine.run(workload);
        if (round === 0) continue;
        const name = key(engine, workload);
        rounds.set(name, [...(rounds.get(name) ?? []), took]);
      }
  }
  const figures: EngineFigures[] = [];
  for (const engine of engines)
    figures.push({
      engine: engine.about,
      openSeconds: engine.openSeconds,
      peakResidentBytes: await engine.end(),
      speeds: workloads(options.seed, 0).map((workload) =>
        workloadSpeed(workload, rounds.get(key(engine, workload)) ?? []),
      ),
    });
  return figures;
}
