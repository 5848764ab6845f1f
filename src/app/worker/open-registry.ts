import { openSchemaRegistry } from '../../adapters/registry/open-schema-registry.ts';
import type { SchemaRegistry } from '../../ports/schema-registry.ts';
import { seededRandom } from '../../random/seeded-random.ts';
import type { TopologyBroker } from '../../topology/broker-topology.ts';
import type { Environment } from '../model-store.ts';
import { secretOf } from './secret-of.ts';
import { startPatienceMs } from './start-patience.ts';

/**
 * The schema registry of a topology; `undefined`: it has none, or its topics are in a log of one's own.
 *
 * @param onWaiting - As `openBroker` has it: told by the first question that is asked of a registry that does not
 *   answer yet.
 * @throws SeclError `FILE_UNREADABLE`, `USAGE` for a name or password that is not there.
 */
export async function openRegistry(
  { kind, registry }: Pick<TopologyBroker, 'kind' | 'registry'>,
  onWaiting?: (sentence: string) => void,
  environment: Environment = process.env,
): Promise<SchemaRegistry | undefined> {
  const { url, usernameFile, usernameEnv, passwordFile, passwordEnv, timeoutMs } = registry;
  if (kind === 'embedded' || url === null) return undefined;
  const named = usernameFile !== null || usernameEnv !== null;
  const at = 'broker.registry';
  const user = named && {
    name: await secretOf(`${at}.username`, usernameFile, usernameEnv, environment),
    password: await secretOf(`${at}.password`, passwordFile, passwordEnv, environment),
  };
  return openSchemaRegistry({
    url,
    timeoutMs,
    connectMs: startPatienceMs(onWaiting),
    onWaiting,
    random: seededRandom(process.pid),
    ...(user === false ? {} : { user }),
  });
}
