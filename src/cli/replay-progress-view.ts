import { SingleBar } from 'cli-progress';
import type { ReplayProgress } from '../app/replay-progress.ts';
import type { ProgressStream } from './progress.ts';
import { timeLeft } from './time-left.ts';

/** Shows a replay's progress to a person. */
export interface ReplayProgressView {
  readonly update: (progress: ReplayProgress) => void;
  stop(): void;
}

/** Where there is no terminal, a line comes this often. */
const LINE_EVERY_MS = 10_000;

function facts({ questionsPerSecond, ece, burst, adapterVersion }: ReplayProgress): string {
  const speed = questionsPerSecond === null ? '' : `${questionsPerSecond.toFixed(2)} questions/s`;
  const calibration = ece === null ? '' : `ECE so far ${ece.toFixed(3)}`;
  const adapter = adapterVersion === 0 ? '' : `adapter ${adapterVersion}`;
  return [speed, calibration, adapter, burst ? 'burst' : '']
    .filter((fact) => fact !== '')
    .join(', ');
}

function restOf({ done, total, questionsPerSecond }: ReplayProgress): string {
  if (questionsPerSecond === null || questionsPerSecond <= 0 || done >= total) return '';
  return timeLeft((total - done) / questionsPerSecond);
}

/**
 * A bar on a terminal, a line every ten seconds elsewhere, nothing when silent.
 *
 * @param nowMs - Monotonic milliseconds.
 */
export function createReplayProgressView(
  stream: ProgressStream,
  silent: boolean,
  nowMs: () => number = () => performance.now(),
): ReplayProgressView {
  if (silent) return { update: () => undefined, stop: () => undefined };
  if (stream.isTTY !== true) {
    let lastMs = nowMs();
    return {
      update: (progress) => {
        if (nowMs() - lastMs < LINE_EVERY_MS && progress.done < progress.total) return;
        lastMs = nowMs();
        const text = [facts(progress), restOf(progress)].filter((part) => part !== '').join(', ');
        stream.write(`answered ${progress.done} of ${progress.total}: ${text}\n`);
      },
      stop: () => undefined,
    };
  }
  let bar: SingleBar | undefined;
  return {
    update: (progress) => {
      const payload = { facts: facts(progress), left: restOf(progress) };
      if (bar === undefined) {
        bar = new SingleBar({
          format: 'answering [{bar}] {value}/{total}  {facts}  {left}',
          stream,
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
          linewrap: false,
          gracefulExit: false,
        });
        bar.start(progress.total, progress.done, payload);
      } else bar.update(progress.done, payload);
    },
    stop: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}
