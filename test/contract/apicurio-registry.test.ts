import { apicurioSkip, startApicurio } from '../support/apicurio-registry.ts';
import { registryContract } from './schema-registry.ts';

registryContract('Apicurio Registry', apicurioSkip(), startApicurio);
