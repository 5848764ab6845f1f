import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { onnxRuntimeVersion } from '../src/adapters/onnx/onnx-runtime-version.ts';

/** Where and when a measurement was made: without it a speed says little. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryMegabytes: number;
  readonly platform: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** ISO 8601 in UTC, at the start. */
  readonly date: string;
  /** Processes that wanted a core in the last minute, at the start; far above `cores`, speeds mean little. */
  readonly loadAverage: number;
  readonly command: string;
}

/** A word of a command line, in quotes where a shell would split it. */
function quoted(word: string): string {
  return /^[\w./=:,-]+$/.test(word) ? word : `'${word}'`;
}

/** Describes this machine now. Call it before the work, which raises the load itself. */
export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMegabytes: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    onnxruntime: onnxRuntimeVersion(),
    date: new Date().toISOString(),
    loadAverage: loadavg()[0] ?? Number.NaN,
    command: ['npm run bench --', ...process.argv.slice(2).map(quoted)].join(' '),
  };
}
