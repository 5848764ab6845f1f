/** Writes `schemas/topology.schema.json` from the shape that the parser reads by. Needs a build. */
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { topologyJsonSchema } from '../build/src/topology/topology-json-schema.js';

const path = new URL('../schemas/topology.schema.json', import.meta.url);
const text = JSON.stringify(topologyJsonSchema());
writeFileSync(path, await format(text, { parser: 'json', printWidth: 100 }));
