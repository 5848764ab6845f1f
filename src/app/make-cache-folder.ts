import { makeFolders } from '../adapters/files/make-folders.ts';
import { storeFailure } from '../adapters/hub/store-failure.ts';
import type { ModelStore } from './model-store.ts';

/**
 * Makes the folder of the model cache before anything within it is made: where the system refuses, it does so at once.
 *
 * @throws SeclError `STORE_FAILED`.
 */
export async function makeCacheFolder({ cache }: ModelStore): Promise<void> {
  try {
    await makeFolders(cache.folder);
  } catch (error) {
    throw storeFailure(error, `make ${cache.folder}`);
  }
}
