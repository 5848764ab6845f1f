import type { Decoded } from '../src/ports/record-codec.ts';

/** The value that was decoded. @throws Error with the reason if there is none. */
export function unwrap<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.value;
}
