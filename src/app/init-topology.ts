import path from 'node:path';
import { SeclError } from '../errors/secl-error.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import { writeTopology } from '../topology/write-topology.ts';
import { makeFolder } from './make-folder.ts';
import { packageRoot } from './package-root.ts';
import { writeText } from './write-text.ts';

/** The JSON Schema of topologies, in the package. */
const SCHEMA = 'schemas/topology.schema.json';

/** What {@link initTopology} is told. */
export interface InitTopologyOptions {
  readonly file: string;
  /** Name of the pipeline. */
  readonly name: string;
  /** Write over a file that is there. */
  readonly force: boolean;
}

/** Where an editor finds the schema, seen from the file. */
function schemaFrom(file: string): string {
  const schema = path.join(packageRoot(), SCHEMA);
  const relative = path.relative(path.dirname(path.resolve(file)), schema);
  return relative.split(path.sep).join('/');
}

/**
 * Writes a topology with every key, its default and a comment to each, for somebody to change.
 *
 * @throws SeclError `USAGE` if the file is there already, and `force` is not, or for a name that no pipeline may have;
 *   `FILE_UNREADABLE` if it cannot be written.
 */
export async function initTopology({ file, name, force }: InitTopologyOptions): Promise<void> {
  const text = writeTopology({ name, schema: schemaFrom(file) });
  const parsed = parseTopology(text);
  if (!parsed.ok)
    throw new SeclError('USAGE', `"${name}" cannot be the name of a pipeline`, {
      hint: parsed.faults.map(({ path, message }) => `${path} ${message}`).join(' '),
    });
  await makeFolder(path.dirname(path.resolve(file)));
  await writeText(file, text, { exclusive: !force }).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new SeclError('USAGE', `${file} is there already`, {
      hint: 'Name another file, or add --force to write over it.',
      cause,
    });
  });
}
