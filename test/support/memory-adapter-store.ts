import { createHash } from 'node:crypto';
import type { AdapterStore } from '../../src/ports/adapter-store.ts';

/** An adapter store in memory. */
export class MemoryAdapterStore implements AdapterStore {
  readonly kept = new Map<string, Uint8Array>();

  put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.kept.set(sha256, bytes.slice());
    return Promise.resolve(sha256);
  }

  get(sha256: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.kept.get(sha256));
  }
}
