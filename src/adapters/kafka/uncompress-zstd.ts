import { createContext, Script } from 'node:vm';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';

/** How long a frame may take at a time: 128 MiB take one to two seconds. */
const TIMEOUT_MS = 3000;
/** A process that was stopped, or had no core, has not had its time; one that loops never gets done. */
const ATTEMPTS = 3;

/** Node.js's own, from 22.15 on. */
const native = (
  zlib as {
    readonly zstdDecompressSync?: (
      bytes: Uint8Array,
      options: { readonly maxOutputLength: number },
    ) => Uint8Array;
  }
).zstdDecompressSync;

const idle = (): undefined => undefined;
const context: { work: () => unknown } = createContext({ work: idle }) as { work: () => unknown };
const script = new Script('work()');

/**
 * Uncompresses a Zstandard frame.
 *
 * @param mostBytes - Most bytes it may hold.
 * @throws Error of any kind where it is damaged, or holds more.
 */
export function uncompressZstd(bytes: Uint8Array, mostBytes: number): Uint8Array {
  if (native !== undefined) return native(bytes, { maxOutputLength: mostBytes });
  return withinTime(() => uncompressInJavaScript(bytes, mostBytes));
}

function uncompressInJavaScript(bytes: Uint8Array, mostBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((piece) => {
    length += piece.length;
    if (length > mostBytes) throw new RangeError(`more than ${mostBytes} bytes`);
    pieces.push(piece.slice());
  });
  stream.push(bytes, true);
  return Buffer.concat(pieces);
}

/** fzstd goes on for ever with some damaged frames, and a worker with it; a script's time can be limited. */
function withinTime<T>(work: () => T): T {
  for (let attempt = 1; ; attempt++)
    try {
      context.work = work;
      return script.runInContext(context, { timeout: TIMEOUT_MS }) as T;
    } catch (error) {
      const timedOut = (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      if (!timedOut || attempt === ATTEMPTS) throw error;
    } finally {
      // The batch is not held any longer.
      context.work = idle;
    }
}
