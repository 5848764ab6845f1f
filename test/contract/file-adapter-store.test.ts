import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileAdapterStore } from '../../src/adapters/files/file-adapter-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { adapterStoreContract } from './adapter-store.ts';

const root = temporaryFolder();

adapterStoreContract({
  name: 'files',
  open: async () => openFileAdapterStore(join(await mkdtemp(join(root, 'store-')), 'adapters')),
});
