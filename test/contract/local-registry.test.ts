import { startLocalRegistry } from '../support/local-registry.ts';
import { registryContract } from './schema-registry.ts';

registryContract('The registry of the tests', false, startLocalRegistry);
