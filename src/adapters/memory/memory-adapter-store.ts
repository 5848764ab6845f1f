import { createHash } from 'node:crypto';
import type { AdapterStore } from '../../ports/adapter-store.ts';

/** Makes an {@link AdapterStore} that lasts as long as the process. */
export function createMemoryAdapterStore(): AdapterStore {
  const kept = new Map<string, Uint8Array>();
  return {
    put: (bytes) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      // Copies both ways: nobody can change what is kept.
      kept.set(sha256, bytes.slice());
      return Promise.resolve(sha256);
    },
    get: (sha256) => Promise.resolve(kept.get(sha256)?.slice()),
  };
}
