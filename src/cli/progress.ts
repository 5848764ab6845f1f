import { SingleBar } from 'cli-progress';

import { formatBytes } from '../app/model-choices.ts';
import type { OnStoreProgress, StoreProgress } from '../app/model-store.ts';
import { timeLeft } from './time-left.ts';

/** Where a {@link ProgressView} draws. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** Shows the model store's progress to a person. */
export interface ProgressView {
  /** Takes the next report; cheap, never throws. */
  readonly update: OnStoreProgress;
  /** Takes the bar away; further reports are ignored. */
  stop(): void;
}

/** How {@link createProgressView} shows it. */
export interface ProgressViewOptions {
  /** Normally stderr, so that results on stdout stay clean. */
  readonly stream: ProgressStream;
  /** Shows nothing at all; see {@link isQuiet}. @defaultValue false */
  readonly silent?: boolean;
  /** Monotonic milliseconds. @defaultValue `performance.now` */
  readonly nowMs?: () => number;
}

/**
 * Whether progress is to be kept quiet: with `--json` unless somebody watches, since a program that collects both
 * streams wants the object alone.
 *
 * @param stream - Normally stderr.
 */
export function isQuiet(json: true | undefined, { isTTY }: ProgressStream): boolean {
  return json === true && isTTY !== true;
}

/** Where there is no terminal, a line comes this often: enough for a log, not a flood. */
const LINE_EVERY_MS = 5000;

/**
 * A bar on a terminal; elsewhere a plain line every five seconds and one at the end of each stretch.
 * Lines about sources and locks are printed in either case.
 */
export function createProgressView(options: ProgressViewOptions): ProgressView {
  const { stream, silent = false, nowMs = () => performance.now() } = options;
  if (silent) return { update: () => undefined, stop: () => undefined };
  return stream.isTTY === true ? barView(stream, nowMs) : lineView(stream, nowMs);
}

/** What a stretch of work is called. */
const TITLES: Readonly<Record<StoreProgress['phase'], string>> = {
  lock: 'waiting',
  source: 'source',
  download: 'downloading',
  copy: 'copying',
  verify: 'checking',
  build: 'building',
};

function isNote({ phase }: StoreProgress): boolean {
  return phase === 'source' || phase === 'lock';
}

function amount({ done, total, unit }: StoreProgress): string {
  const format = unit === 'bytes' ? formatBytes : String;
  return total === undefined ? format(done) : `${format(done)} of ${format(total)}`;
}

function percent({ done, total }: StoreProgress): string {
  return total === undefined || total === 0 ? '' : `${Math.floor((100 * done) / total)}%`;
}

/** Follows one stretch of a phase, to tell the speed of what was done in it, not of what was there before. */
class Speed {
  readonly #phase: StoreProgress['phase'];
  readonly #startMs: number;
  readonly #startDone: number;

  constructor(first: StoreProgress, nowMs: number) {
    this.#phase = first.phase;
    this.#startMs = nowMs;
    this.#startDone = first.done;
  }

  covers(progress: StoreProgress): boolean {
    return progress.phase === this.#phase && progress.done >= this.#startDone;
  }

  /** E.g. `12.3 MB/s, 8 s left`; empty in the first second, when it would only guess. */
  text(progress: StoreProgress, nowMs: number): string {
    const seconds = (nowMs - this.#startMs) / 1000;
    const rate = (progress.done - this.#startDone) / seconds;
    if (seconds < 1 || !(rate > 0) || progress.unit !== 'bytes') return '';
    const left = progress.total === undefined ? undefined : (progress.total - progress.done) / rate;
    const rest = left === undefined || left <= 0 ? '' : `, ${timeLeft(left)}`;
    return `${formatBytes(Math.round(rate))}/s${rest}`;
  }
}

function barView(stream: ProgressStream, nowMs: () => number): ProgressView {
  let bar: SingleBar | undefined;
  let speed: Speed | undefined;
  let stopped = false;
  const close = (): void => {
    bar?.stop();
    bar = undefined;
    speed = undefined;
  };
  return {
    update: (progress) => {
      if (stopped) return;
      if (isNote(progress)) {
        close();
        stream.write(`${progress.detail}\n`);
        return;
      }
      const total = progress.total ?? Math.max(progress.done, 1);
      if (speed?.covers(progress) !== true) {
        close();
        speed = new Speed(progress, nowMs());
      }
      const payload = {
        title: TITLES[progress.phase],
        amount: amount(progress),
        speed: speed.text(progress, nowMs()),
        detail: progress.detail,
      };
      if (bar === undefined) {
        bar = new SingleBar({
          format: '{title} [{bar}] {amount}  {speed}  {detail}',
          stream,
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
          // Cuts to the terminal's width, so that a long detail does not leave lines behind.
          linewrap: false,
          // Ctrl-C is handled by the command, which stops this view.
          gracefulExit: false,
        });
        bar.start(total, progress.done, payload);
      } else {
        bar.setTotal(total);
        bar.update(progress.done, payload);
      }
    },
    stop: () => {
      close();
      stopped = true;
    },
  };
}

function lineView(stream: ProgressStream, nowMs: () => number): ProgressView {
  let speed: Speed | undefined;
  let lastMs = -Infinity;
  let complete = false;
  let stopped = false;
  return {
    update: (progress) => {
      if (stopped) return;
      if (isNote(progress)) {
        speed = undefined;
        stream.write(`${progress.detail}\n`);
        return;
      }
      if (speed?.covers(progress) !== true) {
        speed = new Speed(progress, nowMs());
        lastMs = -Infinity;
        complete = false;
      }
      const isEnd = progress.done === progress.total;
      const due = nowMs() - lastMs >= LINE_EVERY_MS;
      if ((!due && !isEnd) || complete) return;
      lastMs = nowMs();
      complete = isEnd;
      const facts = [percent(progress), amount(progress), speed.text(progress, nowMs())];
      const text = facts.filter((fact) => fact !== '').join(', ');
      stream.write(`${TITLES[progress.phase]} ${text} (${progress.detail})\n`);
    },
    stop: () => {
      stopped = true;
    },
  };
}
