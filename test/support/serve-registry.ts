/** A process that serves the registry of the tests, and says where, until it is killed. */
import { startLocalRegistry } from './local-registry.ts';

const { url } = await startLocalRegistry();
process.send?.(url);
