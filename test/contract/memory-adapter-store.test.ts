import { createMemoryAdapterStore } from '../../src/adapters/memory/memory-adapter-store.ts';
import { adapterStoreContract } from './adapter-store.ts';

adapterStoreContract({ name: 'in memory', open: async () => createMemoryAdapterStore() });
