/** Marks of what JSON cannot say, and of texts that begin like one of them. */
const FLOATS = 'float32:';
const NUMBER = 'number:';
const TEXT = 'text:';

function replacer(_: string, value: unknown): unknown {
  if (value instanceof Float32Array)
    return (
      FLOATS + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    );
  if (typeof value === 'number' && !Number.isFinite(value)) return NUMBER + String(value);
  if (typeof value === 'string' && [FLOATS, NUMBER, TEXT].some((mark) => value.startsWith(mark)))
    return TEXT + value;
  return value;
}

function reviver(_: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value.startsWith(TEXT)) return value.slice(TEXT.length);
  if (value.startsWith(NUMBER)) return Number(value.slice(NUMBER.length));
  if (!value.startsWith(FLOATS)) return value;
  const bytes = Uint8Array.from(Buffer.from(value.slice(FLOATS.length), 'base64'));
  return new Float32Array(bytes.buffer);
}

/** A result as one line: hidden states as base64 of their bytes, numbers that are not finite as text. */
export function writePass(result: unknown): string {
  return JSON.stringify(result, replacer);
}

/** The result that {@link writePass} wrote; what was `undefined` is absent. */
export function readPass(line: string): unknown {
  return JSON.parse(line, reviver) as unknown;
}
